/** What `sbf dev` tells the page, read as data: a fault in a brain's files, and what has just happened. */
import { isRecord, textOf } from "../protocol";

/** A fault in a brain's files. */
export interface Problem {
  readonly severity: "error" | "warning";
  readonly file: string;
  /** JSON path in the file; "" for the whole file. */
  readonly path: string;
  readonly rule: string;
  readonly found: string;
}

/** What can be heard on `/dev/events`. */
export type DevEvent =
  | { readonly type: "training" }
  | { readonly type: "problems"; readonly problems: readonly Problem[] }
  | { readonly type: "brain" }
  | { readonly type: "ended" }
  | { readonly type: "reload" };

/** `GET /dev/problems`. */
export interface DevState {
  readonly problems: readonly Problem[];
  readonly training: boolean;
}

/** Reads `GET /dev/problems`. */
export function readDevState(body: unknown): DevState {
  return { problems: problemsOf(body), training: isRecord(body) && body.training === true };
}

/** Reads one event, or null for one of another release. */
export function readDevEvent(body: unknown): DevEvent | null {
  const type = isRecord(body) ? body.type : null;
  if (type === "problems") return { type, problems: problemsOf(body) };
  return type === "training" || type === "brain" || type === "ended" || type === "reload" ? { type } : null;
}

/** The errors first, each kind in the order of the file. */
function problemsOf(body: unknown): Problem[] {
  const list = isRecord(body) && Array.isArray(body.problems) ? body.problems.filter(isRecord) : [];
  const problems = list.map(problemOf);
  return [...problems.filter(isError), ...problems.filter((problem) => !isError(problem))];
}

/** Whether a problem keeps the brain from being trained. */
export function isError({ severity }: Problem): boolean {
  return severity === "error";
}

function problemOf(written: Record<string, unknown>): Problem {
  return {
    severity: written.severity === "warning" ? "warning" : "error",
    file: textOf(written.file),
    path: textOf(written.path),
    rule: textOf(written.rule),
    found: textOf(written.found),
  };
}
