import { useEffect, useRef, useState } from "preact/hooks";

import { createRecognition, type Recognition, type RecognitionEvent } from "../../speech";

/**
 * Speech into text: what is understood so far goes to `onWords`, the sentence to `onSentence`. Not available where the browser has
 * no recogniser, or has one in name only.
 */
export function useListening(lang: string, onWords: (words: string) => void, onSentence: (sentence: string) => void) {
  const recognition = useRef<Recognition | null | undefined>(undefined);
  if (recognition.current === undefined) recognition.current = createRecognition();
  const [on, setOn] = useState(false);

  useEffect(
    () => () => {
      recognition.current?.abort();
    },
    [],
  );

  function toggle(): void {
    const { current } = recognition;
    if (!current) return;
    if (on) {
      current.abort();
      return;
    }
    current.lang = lang;
    current.interimResults = true;
    current.onresult = (event) => {
      const { words, final } = heard(event);
      if (final && words !== "") onSentence(words);
      else onWords(words);
    };
    current.onend = () => {
      setOn(false);
    };
    try {
      current.start();
      setOn(true);
    } catch {
      setOn(false); // It is still ending the last time.
    }
  }

  return { available: recognition.current !== null, on, toggle };
}

function heard({ results }: RecognitionEvent): { words: string; final: boolean } {
  const all = Array.from(results);
  const words = all.map((result) => result[0]?.transcript ?? "").join("");
  return { words: words.trim(), final: all.every(({ isFinal }) => isFinal) };
}
