// @vitest-environment jsdom
import { describe, expect, test } from "vitest";

import { isPlain, plainText, sanitise } from "../src/sanitise";

function html(written: string): string {
  const box = document.createElement("div");
  box.append(sanitise(written, "Choices"));
  return box.innerHTML;
}

describe("what authors use is shown", () => {
  test.each([
    "<b>a</b><i>b</i><em>c</em><strong>d</strong><u>e</u><sub>f</sub><sup>g</sup>",
    '<p>a</p><ul><li>b</li></ul><ol start="3"><li>c</li></ol><blockquote>d</blockquote><hr>',
    "<h3>a</h3><h6>b</h6><pre><code>c</code></pre><span>d</span><div>e</div>",
    '<table><thead><tr><th colspan="2">a</th></tr></thead><tbody><tr><td>b</td><td rowspan="2">c</td></tr></tbody></table>',
  ])("%s", (written) => {
    expect(html(written)).toBe(written);
  });

  test("a line break with a space before its name is one", () => {
    expect(html("Qual seu nome< br />Previsão do tempo<br/>Fim< BR >")).toBe(
      "Qual seu nome<br>Previsão do tempo<br>Fim<br>",
    );
  });

  test("a sign that is no tag stays a sign", () => {
    expect(html("1 < 2 && 3 > 2")).toBe("1 &lt; 2 &amp;&amp; 3 &gt; 2");
  });
});

describe("links", () => {
  test.each(["https://example.com/a?b=1", "http://example.com", "mailto:a@example.com", "tel:+551155550100"])(
    "%s opens apart and learns nothing of the page",
    (address) => {
      expect(html(`<a href="${address}">x</a>`)).toBe(
        `<a href="${address}" target="_blank" rel="noopener noreferrer">x</a>`,
      );
    },
  );

  test.each([
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "/core",
    "ftp://x",
    "java\tscript:alert(1)",
  ])("%s leads nowhere", (address) => {
    expect(html(`<a href="${address}">x</a>`)).toBe("<a>x</a>");
  });
});

describe("pictures", () => {
  test("come over https or with the answer", () => {
    expect(html('<img src="https://example.com/a.png" alt="A cat" width="20">')).toContain(
      'src="https://example.com/a.png"',
    );
    expect(html('<img src="data:image/png;base64,AAAA">')).toContain('alt=""');
  });

  test.each(["http://example.com/a.png", "//example.com/a.png", "javascript:alert(1)", "data:text/html,x", ""])(
    "%j leaves its description",
    (address) => {
      expect(html(`<img src="${address}" alt="A cat" onerror="alert(1)">`)).toBe("A cat");
    },
  );
});

describe("what could do harm is gone", () => {
  test.each([
    ["<script>alert(1)</script>a", "a"],
    ['<b onclick="alert(1)">a</b>', "<b>a</b>"],
    ['<p style="position:fixed" class="page" id="app" name="x">a</p>', "<p>a</p>"],
    ['<iframe src="https://example.com"></iframe>a', "a"],
    ['<form action="https://example.com"><input name="password">a</form>', "a"],
    ["<svg><script>alert(1)</script></svg>a", "a"],
    ["<style>*{display:none}</style>a", "a"],
    ["<frameset><frame src=x></frameset>a", "a"],
    ["<FrameSet><b>a</b>", "<b>a</b>"],
    ["</body></html><frameset>a", "a"],
    [
      '<button value="x" formaction="https://example.com" type="submit" autofocus>a</button>',
      '<div class="choices" role="group" aria-label="Choices"><button value="x" type="button">a</button></div>',
    ],
    ['<div role="alert" aria-live="assertive" data-x="1">a</div>', "<div>a</div>"],
    ["<video src=x onerror=alert(1)></video><h1>a</h1><object data=x></object>", "a"],
    ['<math><mtext><img src=x onerror="alert(1)"></mtext></math>', ""],
  ])("%s", (written, expected) => {
    expect(html(written)).toBe(expected);
  });
});

describe("buttons", () => {
  test("that stand together are one group, without the breaks between them", () => {
    const written = 'Which?<br><button value="e">Economy</button> <br/>\n<button>Business</button><br>or type it';
    expect(html(written)).toBe(
      'Which?<br><div class="choices" role="group" aria-label="Choices"><button value="e" type="button">Economy</button>' +
        '<button type="button">Business</button></div><br>or type it',
    );
  });

  test("that stand apart are groups of their own", () => {
    expect(html("<button>a</button> or <button>b</button>").match(/role="group"/g)).toHaveLength(2);
  });
});

test("words are read out without tags, and not run together", () => {
  expect(plainText("<p>One</p><ul><li>two</li><li>three</li></ul>four<br>five <b>six</b>")).toBe(
    "One two three four five six",
  );
  expect(plainText("<button value='e'>Economy</button><button>Business</button>")).toBe("Economy Business");
});

test("an answer without tags is plain", () => {
  expect(isPlain(sanitise("a\nb", ""))).toBe(true);
  expect(isPlain(sanitise("a<br>b", ""))).toBe(false);
});
