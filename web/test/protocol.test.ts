import { describe, expect, test } from "vitest";

import {
  excessOf,
  readFault,
  readReply,
  readRetryAfter,
  readSound,
  speechRequest,
  spokenParts,
  startRequest,
  turnRequest,
} from "../src/protocol";

const ids = { sessionID: "s-1", turnID: "t-1", lang: "pt-BR" };

/** What the page would show: texts, and choices as `label=value`. */
function shown(body: unknown): string[] {
  return readReply(body).sayings.flatMap(({ text, choices }) => [
    ...(text === "" ? [] : [text]),
    ...choices.map(({ label, value }) => `[${label}=${value}]`),
  ]);
}

function asked(name: string): unknown {
  // As it comes over the wire: `__proto__` is a key like any other there.
  const parameter = { payloadPosition: 0, ask: { text: "Which one?", speech: "Which one?" } };
  const json = `{"conversation":{"_id":"1","sync":{${JSON.stringify(name)}:${JSON.stringify(parameter)}}}}`;
  return JSON.parse(json) as unknown;
}

describe("requests", () => {
  test("an answer is sent as text with the session, whatever is pending", () => {
    expect(turnRequest("Vendas", ids)).toEqual({ text: "Vendas", sessionID: "s-1", turnID: "t-1", lang: "pt-BR" });
  });

  test("a conversation begins with an event and no text", () => {
    expect(startRequest(ids)).toEqual({ event: "start", sessionID: "s-1", turnID: "t-1", lang: "pt-BR" });
  });

  test("an unknown language is left out", () => {
    expect(turnRequest("hi", { ...ids, lang: "" })).toEqual({ text: "hi", sessionID: "s-1", turnID: "t-1" });
    expect(speechRequest("hi", "", "")).toEqual({ text: "hi" });
    expect(speechRequest("hi", "Joanna", "en-US")).toEqual({ text: "hi", voice: "Joanna", lang: "en-US" });
    expect(speechRequest("hi", "", "", "names")).toEqual({ text: "hi", customPronunciation: "names" });
  });

  test("the length counts characters, not UTF-16 units", () => {
    expect(excessOf("a".repeat(4096))).toBe(0);
    expect(excessOf("😀".repeat(4096))).toBe(0);
    expect(excessOf("😀".repeat(4099))).toBe(3);
  });
});

describe("plain answers", () => {
  test("text is shown and speech is read aloud", () => {
    const { sayings } = readReply({ text: "<b>Olá</b>", speech: "Olá", sessionID: "s-1", desiredMatch: { amd: 1 } });
    expect(sayings).toEqual([{ text: "<b>Olá</b>", speech: "Olá", choices: [] }]);
  });

  test("text is read aloud where there is no speech", () => {
    expect(readReply({ text: "Olá" }).sayings[0]?.speech).toBe("Olá");
    expect(readReply({ text: "Olá", speech: 7 }).sayings[0]?.speech).toBe("Olá");
  });

  test("an empty speech is silence", () => {
    expect(readReply({ text: "Olá", speech: "" }).sayings[0]?.speech).toBe("");
  });

  test("what is said first stands before the answer", () => {
    const said = [{ text: "Ok, só um minuto", speech: "" }, "Outra coisa"];
    expect(shown({ said, text: "555-0100" })).toEqual(["Ok, só um minuto", "Outra coisa", "555-0100"]);
  });

  test("several answers are shown one by one instead of joined", () => {
    const answers = [{ text: "It is sunny." }, { text: "We open at nine." }];
    expect(shown({ text: "It is sunny. We open at nine.", answers })).toEqual(["It is sunny.", "We open at nine."]);
  });

  test("answers of no known shape leave the joined text", () => {
    expect(shown({ text: "joined", answers: [{ intent: "x" }, null, Number.POSITIVE_INFINITY] })).toEqual(["joined"]);
    expect(shown({ text: "joined", answers: [] })).toEqual(["joined"]);
  });

  test("a number for a text is shown", () => {
    expect(shown({ text: 42 })).toEqual(["42"]);
  });

  test("router, history and command are passed over", () => {
    const body = {
      text: "One moment",
      router: { mode: "silent", commandID: "7" },
      history: ["print('a')"],
      command: "jaoFotografo",
      commandID: "1",
    };
    expect(shown(body)).toEqual(["One moment"]);
  });

  test("a miss, an expired session and the session's id are told", () => {
    const reply = readReply({ nif: true, text: "Sorry?", sessionExpired: true, sessionID: "new.one_2" });
    expect(reply).toMatchObject({ missed: true, sessionExpired: true, sessionID: "new.one_2" });
  });

  test("an id that the server would not take back is not kept", () => {
    expect(readReply({ text: "x", sessionID: "a b" }).sessionID).toBeNull();
    expect(readReply({ text: "x", sessionID: 5 }).sessionID).toBeNull();
  });
});

describe("questions", () => {
  test.each(["departamento", "city", "__proto__", "constructor", "toString", "0", "a.b c", ""])(
    "a parameter named %j is asked for",
    (name) => {
      expect(shown(asked(name))).toEqual(["Which one?"]);
    },
  );

  test("of several missing parameters the first is asked for", () => {
    const sync = { size: { ask: { text: "Size?" } }, crust: { ask: { text: "Crust?" } } };
    expect(shown({ conversation: { sync } })).toEqual(["Size?"]);
  });

  test("the lowest position is first where JavaScript has moved number-like names to the front", () => {
    const sync: unknown = JSON.parse(
      `{"size":{"payloadPosition":0,"ask":{"text":"Size?"}},"7":{"payloadPosition":1,"ask":{"text":"Seven?"}}}`,
    );
    expect(shown({ conversation: { sync } })).toEqual(["Size?"]);
  });

  test("the success message of the last answer comes before the next question", () => {
    const body = { said: [{ text: "Fine" }], conversation: { sync: { date: { ask: { text: "When?" } } } } };
    expect(shown(body)).toEqual(["Fine", "When?"]);
  });

  test("a backend's question and its last word are shown", () => {
    expect(
      shown({ conversation: { async: { id: "name", ask: { text: "Your name?" }, payload: { step: 2 } } } }),
    ).toEqual(["Your name?"]);
    expect(shown({ conversation: { async: { ask: { text: "Thank you!" }, endConversation: true } } })).toEqual([
      "Thank you!",
    ]);
  });

  test("a question that is given as the text too is shown once", () => {
    expect(shown({ text: "Your name?", conversation: { async: { ask: { text: "Your name?" } } } })).toEqual([
      "Your name?",
    ]);
  });

  test("an ask may be a bare string or a list", () => {
    expect(shown({ conversation: { sync: { a: { ask: "Which?" } } } })).toEqual(["Which?"]);
    expect(shown({ conversation: { sync: { a: { ask: [{}, { text: "Which?" }] } } } })).toEqual(["Which?"]);
  });
});

describe("choices", () => {
  const richResponseObject = {
    type: "simpleSquaredList",
    options: [{ text: "Small", value: "s", image: "x" }, "Large"],
  };

  test("a rich list belongs to its question", () => {
    const body = { conversation: { sync: { size: { ask: { text: "Size?" }, richResponseObject } } } };
    expect(shown(body)).toEqual(["Size?", "[Small=s]", "[Large=Large]"]);
  });

  test("a rich list without a question is shown alone", () => {
    expect(shown({ conversation: { async: { id: "x", richResponseObject } } })).toEqual(["[Small=s]", "[Large=Large]"]);
  });

  test("a backend's rich list belongs to what it says last", () => {
    expect(shown({ said: [{ text: "Hm" }], text: "Choose", richResponseObject })).toEqual([
      "Hm",
      "Choose",
      "[Small=s]",
      "[Large=Large]",
    ]);
  });

  test("what is to be clarified is offered", () => {
    const clarify = [{ text: "Order a pizza", value: "order pizza" }, { value: "help" }, { text: "Hours" }, {}, null];
    expect(shown({ text: "Did you mean", clarify })).toEqual([
      "Did you mean",
      "[Order a pizza=order pizza]",
      "[help=help]",
      "[Hours=Hours]",
    ]);
  });

  test("a rich object that lists nothing adds nothing", () => {
    expect(shown({ text: "Listen", richResponseObject: { type: "audio", options: { binary: "AAAA" } } })).toEqual([
      "Listen",
    ]);
  });
});

describe("responses of no known shape", () => {
  test.each([
    ["null", null],
    ["a list", []],
    ["an empty object", {}],
    ["true", true],
    ["a backend's exception", { errorMessage: "boom", errorType: "Error" }],
    ["broken conversations", { conversation: { sync: null, async: 3 } }],
    ["empty conversations", { conversation: { sync: {}, async: {} } }],
    ["a conversation that is a string", { conversation: "x" }],
    ["said of the wrong type", { said: "x", answers: {}, clarify: 1, richResponseObject: [] }],
    ["empty texts", { text: " ", said: [{ text: "" }] }],
  ])("%s says nothing and throws nothing", (_name, body) => {
    expect(readReply(body).sayings).toEqual([]);
  });

  test("a bare string is an answer", () => {
    expect(shown("hello")).toEqual(["hello"]);
  });

  test("no JSON of random shape is beyond reading", () => {
    const keys = [
      "text",
      "said",
      "conversation",
      "sync",
      "async",
      "ask",
      "richResponseObject",
      "options",
      "clarify",
      "__proto__",
    ];
    let seed = 7;
    const next = (below: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % below;
    const leaf = () => [null, true, 0, -1.5, "", "x", "<b>"][next(7)];
    const value = (depth: number): unknown => {
      if (depth === 0 || next(4) === 0) return leaf();
      if (next(3) === 0) return Array.from({ length: next(4) }, () => value(depth - 1));
      return Object.fromEntries(Array.from({ length: next(5) }, () => [keys[next(keys.length)], value(depth - 1)]));
    };
    for (let round = 0; round < 5_000; round++) {
      const { sayings } = readReply(JSON.parse(JSON.stringify(value(5))));
      for (const { text, speech, choices } of sayings) {
        expect(typeof text === "string" && typeof speech === "string").toBe(true);
        expect(text !== "" || choices.length > 0).toBe(true);
        for (const { label, value } of choices) expect(label !== "" && value !== "").toBe(true);
      }
    }
  });
});

describe("faults and sound", () => {
  test("the sentence of a fault is read", () => {
    expect(readFault({ message: "text is too long" })).toBe("text is too long");
    expect(readFault({ message: 3 })).toBe("3");
    expect(readFault({})).toBeNull();
    expect(readFault("Bad Gateway")).toBeNull();
  });

  test("Retry-After holds seconds or a date", () => {
    const now = Date.UTC(2026, 0, 1);
    expect(readRetryAfter("5", now)).toBe(5);
    expect(readRetryAfter("Thu, 01 Jan 2026 00:00:09 GMT", now)).toBe(9);
    expect(readRetryAfter("Wed, 31 Dec 2025 00:00:00 GMT", now)).toBe(0);
    expect(readRetryAfter("soon", now)).toBeNull();
    expect(readRetryAfter(null, now)).toBeNull();
  });

  test("sound is base64 with a type; anything else is silence", () => {
    expect(readSound({ binary: "UklGRg==", contentType: "audio/wav" })).toEqual({
      base64: "UklGRg==",
      contentType: "audio/wav",
    });
    expect(readSound({ binary: "UklGRg==" })?.contentType).toBe("audio/mpeg");
    expect(readSound({ binary: "UklGRg==", contentType: "text/html" })?.contentType).toBe("audio/mpeg");
    expect(readSound({ text: "hi" })).toBeNull();
    expect(readSound({ binary: "<script>" })).toBeNull();
    expect(readSound(null)).toBeNull();
  });
});

describe("a text that is read aloud", () => {
  test("is one part where the server takes it whole", () => {
    expect(spokenParts("")).toEqual([]);
    expect(spokenParts(" Hi. You! ")).toEqual(["Hi. You!"]);
    expect(spokenParts("a".repeat(3000))).toEqual(["a".repeat(3000)]);
  });

  test("is parted after sentences, else between words, and nothing of it is lost", () => {
    const sentence = `Pi is 3.14 ${"or so ".repeat(30)}(roughly!).`;
    const word = "word ".repeat(900).trim();
    for (const [text, ends] of [
      [`${sentence} `.repeat(40).trim(), /\.$/],
      [word, /word$/],
      ["好的。".repeat(1500), /。$/],
      ["😀".repeat(2001), /^(😀)+$/u],
    ] as const) {
      const parts = spokenParts(text);
      expect(parts.length).toBeGreaterThan(1);
      for (const part of parts) {
        expect(part.length).toBeLessThanOrEqual(3000);
        expect(part).toMatch(ends);
      }
      expect(parts.join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
    }
  });
});
