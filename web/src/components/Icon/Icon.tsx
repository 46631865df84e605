/** Line drawings, 24 by 24, in the colour of the text around them. */
const SHAPES = {
  bot: "M12 3v3 M7 6h10a3 3 0 0 1 3 3v7a3 3 0 0 1-3 3H7a3 3 0 0 1-3-3V9a3 3 0 0 1 3-3z M9 11.500v1 M15 11.500v1 M9.500 15.500c1.500 1 3.500 1 5 0",
  send: "M12 19V5 M5.500 11.500 12 5l6.500 6.500",
  fresh: "M12 4H7a3 3 0 0 0-3 3v7a3 3 0 0 0 3 3h1v3.500L12.500 17H17a3 3 0 0 0 3-3v-1.500 M18 3v6 M15 6h6",
  sound: "M4 9.500v5h3.500L12 18.500v-13L7.500 9.500z M15.500 9a4 4 0 0 1 0 6 M18 6.500a7.500 7.500 0 0 1 0 11",
  mute: "M4 9.500v5h3.500L12 18.500v-13L7.500 9.500z M16 9.500l5 5 M21 9.500l-5 5",
  microphone: "M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3z M5.500 11a6.500 6.500 0 0 0 13 0 M12 17.500V21",
  down: "M12 5v14 M5.500 12.500 12 19l6.500-6.500",
  chevron: "M6 9.500 12 15.500l6-6",
  warning: "M12 4 2.800 20h18.400z M12 10v4.500 M12 17v.1",
  leave: "M13 4H7a2 2 0 0 0-2 2v12a2 2 0 0 0 2 2h6 M10 12h10 M16.500 8.500 20 12l-3.500 3.500",
  retry: "M20 12a8 8 0 1 1-2.300-5.600 M20 3.500v4h-4",
} as const;

/** The name of a drawing. */
export type IconName = keyof typeof SHAPES;

/** A drawing; it says nothing to a screen reader, so its button needs a label. */
export function Icon({ name, size = 22 }: { name: IconName; size?: number }) {
  return (
    <svg
      class="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.8"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={SHAPES[name]} />
    </svg>
  );
}
