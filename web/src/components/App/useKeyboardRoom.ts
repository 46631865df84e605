import { useEffect } from "preact/hooks";

/** A keyboard takes at least this much, in CSS pixels; a browser's bars take less. */
const KEYBOARD = 120;

/** Keeps the page above the keyboard of an iPhone, which otherwise lies over it; other browsers make room by themselves. */
export function useKeyboardRoom(): void {
  useEffect(() => {
    const { visualViewport } = window;
    if (visualViewport === null) return;
    const fit = () => {
      const { height, scale } = visualViewport;
      // Somebody who enlarges the page sees less of it, and is to see it as it is.
      const covered = scale === 1 && window.innerHeight - height > KEYBOARD;
      document.documentElement.style.setProperty("--page", covered ? `${height}px` : "100dvh");
      if (covered) window.scrollTo(0, 0);
    };
    visualViewport.addEventListener("resize", fit);
    return () => {
      visualViewport.removeEventListener("resize", fit);
    };
  }, []);
}
