import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

import type { Exchange } from "../../conversation";

/** How near to its end a list counts as being at its end, in CSS pixels. */
const NEAR = 64;
/** The room left above a question whose answer is longer than the window. */
const ROOM = 16;

/**
 * Keeps the newest message in sight, as long as the reader is there and has not scrolled back to read something else. An answer
 * longer than the window is shown from the question on, not from its end.
 */
export function useFollowing(sessionID: string, exchanges: readonly Exchange[]) {
  const frame = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const first = useRef(true);
  const [away, setAway] = useState(false);
  const asked = exchanges.length;
  const lastState = exchanges.at(-1)?.state;

  const follow = useCallback(() => {
    following.current = true;
    setAway(false);
    scrollToLast(frame.current, first.current);
    first.current = false;
  }, []);

  // Whoever says something wants to see what comes of it.
  useLayoutEffect(follow, [follow, sessionID, asked]);

  useLayoutEffect(() => {
    if (following.current) follow();
    else setAway(true);
  }, [follow, lastState]);

  useEffect(() => {
    const { current } = frame;
    if (current === null) return;
    let before = current.scrollTop;
    const onScroll = () => {
      const rest = current.scrollHeight - current.clientHeight - current.scrollTop;
      // Only a reader scrolls back; on the way down the page may be scrolling by itself.
      if (rest < NEAR || isAtLast(current)) following.current = true;
      else if (current.scrollTop < before) following.current = false;
      before = current.scrollTop;
      if (rest < NEAR) setAway(false);
    };
    current.addEventListener("scroll", onScroll, { passive: true });
    // Pictures that arrive late and a keyboard that opens move the end away.
    const observer = new ResizeObserver(() => {
      if (following.current) scrollToLast(current, true);
    });
    observer.observe(current);
    if (list.current !== null) observer.observe(list.current);
    return () => {
      current.removeEventListener("scroll", onScroll);
      observer.disconnect();
    };
  }, []);

  return { frame, list, away, follow };
}

function scrollToLast(frame: HTMLElement | null, atOnce: boolean): void {
  if (frame === null) return;
  const top = lastTop(frame);
  const far = Math.abs(top - frame.scrollTop) > 2 * frame.clientHeight;
  const still = atOnce || far || matchMedia("(prefers-reduced-motion: reduce)").matches;
  frame.scrollTo({ top, behavior: still ? "instant" : "smooth" });
}

/** Where the list stands when its last exchange is in sight: at its end, or at the question of a long answer. */
function lastTop(frame: HTMLElement): number {
  const end = frame.scrollHeight - frame.clientHeight;
  const last = frame.querySelector(".exchange:last-child");
  if (last === null) return end;
  const question = last.getBoundingClientRect().top - frame.getBoundingClientRect().top + frame.scrollTop;
  return Math.min(end, question - ROOM);
}

function isAtLast(frame: HTMLElement): boolean {
  return Math.abs(lastTop(frame) - frame.scrollTop) < NEAR;
}
