/**
 * The one place where text becomes elements. An answer is HTML that a brain's author or a backend wrote, and may hold what a user
 * typed: DOMPurify keeps the tags and attributes listed here and nothing else, and addresses are checked once more below.
 */
import DOMPurify from "dompurify";

const TAGS = [
  ...[
    "a",
    "abbr",
    "b",
    "blockquote",
    "br",
    "button",
    "caption",
    "code",
    "dd",
    "del",
    "div",
    "dl",
    "dt",
    "em",
    "h3",
    "h4",
  ],
  ...[
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "s",
    "small",
    "span",
    "strong",
    "sub",
  ],
  ...["sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul"],
];

/** No `style`, `class`, `id` or `name`, and no event handler: an answer cannot imitate or upset the page around it. */
const ATTRIBUTES = [
  "alt",
  "colspan",
  "dir",
  "height",
  "href",
  "lang",
  "rowspan",
  "src",
  "start",
  "title",
  "value",
  "width",
];

const LINK = /^(https?:|mailto:|tel:)/i;

/** Pictures come over https or with the answer; a drawing (SVG) in an `img` runs no scripts. */
const PICTURE = /^(https:|data:image\/(png|jpeg|gif|webp|svg\+xml)[;,])/i;

/** After a line break the parser takes no `<frameset>` in the place of the body (HTML standard, "frameset-ok flag"). */
const IN_BODY = "<br>";

/** Elements for an answer, safe to put into the page; its buttons stand in groups named `choices`. */
export function sanitise(html: string, choices: string): DocumentFragment {
  const fragment = DOMPurify.sanitize(IN_BODY + repaired(html), {
    ALLOWED_TAGS: TAGS,
    ALLOWED_ATTR: ATTRIBUTES,
    ALLOW_ARIA_ATTR: false,
    ALLOW_DATA_ATTR: false,
    ADD_URI_SAFE_ATTR: ["colspan", "dir", "height", "lang", "rowspan", "start", "width"],
    RETURN_DOM_FRAGMENT: true,
  });
  fragment.firstChild?.remove();
  fragment.querySelectorAll("a").forEach(secureLink);
  fragment.querySelectorAll("img").forEach(securePicture);
  fragment.querySelectorAll("button").forEach((button) => {
    button.type = "button";
  });
  groupButtons(fragment, choices);
  return fragment;
}

/** The words of an answer without its tags, to be read aloud or out. */
export function plainText(html: string): string {
  const fragment = sanitise(html, "");
  fragment.querySelectorAll("br, p, div, li, tr, td, th, h3, h4, h5, h6, button").forEach((element) => {
    element.after(" ");
  });
  return fragment.textContent.replace(/\s+/g, " ").trim();
}

/** Whether an answer is only words, whose line breaks are then meant. */
export function isPlain(fragment: DocumentFragment): boolean {
  return fragment.childElementCount === 0;
}

/** Authors write `< br />`, which HTML takes for words. */
function repaired(html: string): string {
  return html.replace(/<\s+br\s*\/?\s*>/gi, "<br>");
}

function secureLink(link: HTMLAnchorElement): void {
  if (!LINK.test(link.getAttribute("href")?.trim() ?? "")) {
    link.removeAttribute("href");
    return;
  }
  link.target = "_blank";
  link.rel = "noopener noreferrer";
}

function securePicture(picture: HTMLImageElement): void {
  if (!PICTURE.test(picture.getAttribute("src")?.trim() ?? "")) {
    picture.replaceWith(picture.alt);
    return;
  }
  picture.alt = picture.getAttribute("alt") ?? "";
  picture.loading = "lazy";
  picture.referrerPolicy = "no-referrer";
}

/** Wraps each run of buttons, with the spaces and line breaks between them, in a group. */
function groupButtons(fragment: DocumentFragment, label: string): void {
  for (const first of fragment.querySelectorAll("button")) {
    if (first.closest("[role=group]") !== null) continue;
    const group = document.createElement("div");
    group.className = "choices";
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", label);
    const run = buttonsFrom(first);
    first.before(group);
    group.append(...run.filter(isButton));
    for (const between of run) if (!isButton(between)) between.remove();
  }
}

/** The button and what follows it, up to the last button of the run. */
function buttonsFrom(first: ChildNode): ChildNode[] {
  const run: ChildNode[] = [first];
  let next = first.nextSibling;
  while (next !== null && (isButton(next) || isGap(next))) {
    run.push(next);
    next = next.nextSibling;
  }
  return run.slice(0, run.findLastIndex(isButton) + 1);
}

function isButton(node: Node): node is HTMLButtonElement {
  return node.nodeName === "BUTTON";
}

function isGap(node: Node): boolean {
  return node.nodeName === "BR" || (node.nodeType === Node.TEXT_NODE && node.textContent?.trim() === "");
}
