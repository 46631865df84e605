import type { Strings } from "../../strings";

/** A moment as people write it in a conversation: the time alone would be today's. */
export function timeOf(at: number, now: number, locale: string, strings: Strings): string {
  const time = new Intl.DateTimeFormat(locale, { timeStyle: "short" }).format(at);
  const days = startOfDay(now) - startOfDay(at);
  if (days === 0) return `${strings.today} ${time}`;
  if (days === 1) return `${strings.yesterday} ${time}`;
  return `${new Intl.DateTimeFormat(locale, { dateStyle: "medium" }).format(at)} ${time}`;
}

/** The number of the local day. */
function startOfDay(at: number): number {
  const day = new Date(at);
  return Math.round(Date.UTC(day.getFullYear(), day.getMonth(), day.getDate()) / 86_400_000);
}
