// What was checked and confirmed in this tab: a reload asks for none of it again.

export class Memory {
  private readonly known: Record<string, string>;

  /** Of one person in one notebook: machines are shared. */
  constructor(private readonly key: string) {
    this.known = read(key);
  }

  /** Whether this text was noted under that name, as it stands. */
  knows(name: string, text: string): boolean {
    return this.known[name] === digest(text);
  }

  note(name: string, text: string): void {
    this.known[name] = digest(text);
    try {
      sessionStorage.setItem(this.key, JSON.stringify(this.known));
    } catch {
      // a browser that keeps nothing: what is asked again does no harm
    }
  }
}

function read(key: string): Record<string, string> {
  try {
    const found: unknown = JSON.parse(sessionStorage.getItem(key) ?? "{}");
    return found && typeof found === "object" ? (found as Record<string, string>) : {};
  } catch {
    return {};
  }
}

/** Tells texts apart in a few characters (FNV-1a, twice); no secret hangs on it. */
function digest(text: string): string {
  let [one, two] = [0x811c9dc5, 0x9e3779b9];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    one = Math.imul(one ^ code, 0x01000193);
    two = Math.imul(two ^ code, 0x85ebca6b);
  }
  return `${text.length}-${(one >>> 0).toString(36)}-${(two >>> 0).toString(36)}`;
}
