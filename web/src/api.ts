// The interface below /api/v1: answers as values, problems as errors, streams as events.

export type Session = { scopes: string[]; listener: string | null; csrf: string | null };
export type Event = { name: string; value: Record<string, unknown> };
type Query = Record<string, string | number | boolean | null | undefined | string[]>;

export class Problem extends Error {
  constructor(
    readonly status: number,
    detail: string,
  ) {
    super(detail);
  }
}

let csrf = "";

export async function session(): Promise<Session | null> {
  try {
    const found = await get<Session>("session");
    csrf = found.csrf ?? "";
    return found;
  } catch (error) {
    if (error instanceof Problem && error.status === 401) return null;
    throw error;
  }
}

export async function enter(key: string): Promise<Session> {
  const found = await send<Session>("POST", "session", { key });
  csrf = found.csrf ?? "";
  return found;
}

export function address(path: string, query: Query = {}): string {
  const made = new URL(`/api/v1/${path}`, location.origin);
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null || value === "") continue;
    for (const one of Array.isArray(value) ? value : [value]) made.searchParams.append(name, String(one));
  }
  return made.href;
}

export async function get<T>(path: string, query: Query = {}): Promise<T> {
  return (await ask("GET", address(path, query))).json() as Promise<T>;
}

export async function send<T>(method: string, path: string, value?: unknown, query: Query = {}): Promise<T> {
  const body = value === undefined ? undefined : JSON.stringify(value);
  const answer = await ask(method, address(path, query), body, { "Content-Type": "application/json" });
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}

export async function upload(path: string, data: Blob, query: Query, signal?: AbortSignal): Promise<Response> {
  return ask("POST", address(path, query), data, { "Content-Type": "application/octet-stream" }, signal);
}

export async function* stream(path: string, value: unknown, signal: AbortSignal): AsyncGenerator<Event> {
  const headers = { "Content-Type": "application/json", Accept: "text/event-stream" };
  const answer = await ask("POST", address(path), JSON.stringify(value), headers, signal);
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  let held = "";
  for (;;) {
    const { done, value: piece } = await reader.read();
    if (done) return;
    held += piece;
    const blocks = held.split("\n\n");
    held = blocks.pop() ?? "";
    for (const block of blocks) {
      const [first = "", second = ""] = block.split("\n");
      yield { name: first.replace("event: ", ""), value: JSON.parse(second.replace("data: ", "")) };
    }
  }
}

async function ask(
  method: string,
  url: string,
  body?: BodyInit,
  headers: Record<string, string> = {},
  signal?: AbortSignal,
): Promise<Response> {
  const more: Record<string, string> = method === "GET" ? {} : { "X-Segue-CSRF": csrf };
  const answer = await fetch(url, { method, body, headers: { ...headers, ...more }, signal, credentials: "same-origin" });
  if (!answer.ok && answer.status !== 304) {
    const told = await answer.json().catch(() => ({ detail: answer.statusText }));
    throw new Problem(answer.status, String(told.detail));
  }
  return answer;
}
