// What the page is given, and what crosses the wire to the site and to the gateway.

export type Kind = "code" | "markdown" | "raw";

/** Whose a cell is: the author's, the learner's answer, the learner's own. */
export type PlaceInNotebook = "locked" | "answer" | "own";

export interface Metadata {
  nbgrader?: { grade_id?: string; solution?: boolean };
  garrigue?: { own?: boolean };
  [name: string]: unknown;
}

export interface Output {
  output_type: "stream" | "display_data" | "execute_result" | "error";
  name?: string;
  text?: string | string[];
  data?: Record<string, unknown>;
  metadata?: Record<string, unknown>;
  ename?: string;
  evalue?: string;
  traceback?: string[];
  execution_count?: number | null;
  /** Ours, beside nbformat's: taken off before a notebook is written. */
  explanation?: string;
  line?: number | null;
  display_id?: string;
}

export interface WireCell {
  id: string;
  cell_type: Kind;
  source: string;
  metadata: Metadata;
  outputs?: Output[];
}

export function placeOf(cell: WireCell): PlaceInNotebook {
  if (cell.metadata.garrigue?.own) return "own";
  return cell.metadata.nbgrader?.solution ? "answer" : "locked";
}

export interface Draft {
  version: number;
  saved_at: string | null;
  message: string;
  cells: WireCell[];
}

export interface Exercise {
  id: string;
  title: string;
  /** Ids of the cells in which it is answered, each with what the learner received there. */
  answers: { id: string; stub: string }[];
  has_tests: boolean;
}

export interface Ticket {
  url: string;
  ticket: string;
  expires_s: number;
}

export interface Page {
  person: number;
  urls: Record<"ticket" | "draft" | "versions" | "handIn" | "preview" | "frame" | "signIn", string>;
  draft: Draft;
  exercises: Exercise[];
  ticket: Ticket | null;
  can_hand_in: boolean;
  filename: string;
  words: Record<string, string>;
}

export type KernelState =
  | "connecting"
  | "starting"
  | "waiting"
  | "idle"
  | "busy"
  | "restarting"
  | "dead"
  | "culled"
  | "offline"
  | "signed-out"
  | "refused";

/** One of the two values that a test compared, as it is told. */
export interface Side {
  kind: string;
  type: string;
  text: string;
  is_cut: boolean;
  shape: number[];
  columns: [string, string][];
}

/** One place where the two differ. */
export interface Place {
  place: string;
  at: string;
  column: string;
  expected: string;
  got: string;
}

export interface Comparison {
  relation: string;
  expected: Side;
  got: Side;
  differences: Place[];
  left_out: number;
  has_message: boolean;
  remark: string;
  lines: { side: string; text: string; count: number }[];
}

export interface TestShown {
  id: string;
  outcome: string;
  message: string;
  traceback: string;
  explanation?: string;
  comparison?: Comparison | null;
}

/** A frame from the gateway; `type` says which of the others it has. */
export interface Frame {
  type: string;
  seq?: number;
  id?: string;
  cell?: string;
  state?: KernelState;
  position?: number;
  message?: string;
  output?: Output;
  explanation?: string;
  hidden_bytes?: number;
  status?: string;
  execution_count?: number | null;
  duration_ms?: number;
  error_line?: number | null;
  prompt?: string;
  password?: boolean;
  matches?: string[];
  start?: number;
  end?: number;
  text?: string;
  exercise?: string;
  outcome?: string;
  tests?: TestShown[];
  is_new?: boolean;
  display_id?: string;
  has_more?: boolean;
  title?: string;
}
