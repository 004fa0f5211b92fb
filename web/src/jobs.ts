// Long work, followed until it ends.

import { get, send } from "./api";
import { button, fill, h, meter } from "./dom";
import { say } from "./say";
import { t, type Word } from "./words";

export type Job = {
  id: string; kind: string; state: "waiting" | "running" | "done" | "failed" | "cancelled"; done: number;
  total: number | null; said: string; result: Record<string, unknown> | null; problem: string | null; made_at: string;
};

const OVER = ["done", "failed", "cancelled"];
const LATEST = 8;

// The latest jobs, whoever asked for them: those under way are followed, those that failed or were stopped may go on.
export async function jobsCard(again: () => Promise<void>): Promise<HTMLElement | null> {
  const { jobs } = await get<{ jobs: Job[] }>("jobs", { limit: LATEST });
  if (!jobs.length) return null;
  return h("section", { class: "card" }, h("h2", {}, t("jobs")), h("ul", { class: "jobs" }, ...jobs.map((job) => row(job, again))));
}

function row(job: Job, again: () => Promise<void>): HTMLElement {
  const told = h("div");
  const resume = async (): Promise<void> => {
    try {
      await send("POST", `jobs/${job.id}/resume`);
      await again();
    } catch (error) {
      say.problem(error);
    }
  };
  const isOver = OVER.includes(job.state);
  if (isOver) show(job, told);
  else queueMicrotask(() => void follow(job, told).then((last) => (OVER.includes(last.state) ? again() : undefined)).catch(say.problem));
  const name = `${t(job.kind === "tune" ? "tuningJob" : "importJob")} · ${job.made_at.slice(0, 16).replace("T", " ")}`;
  return h("li", {}, h("strong", {}, name), told,
    job.state === "failed" || job.state === "cancelled" ? button(t("resume"), resume, { class: "small", "aria-label": `${t("resume")}: ${name}` }) : null);
}

export async function follow(first: Job, place: HTMLElement): Promise<Job> {
  let job = first;
  for (let wait = 100; ; wait = Math.min(1000, wait * 1.3)) {
    show(job, place);
    if (OVER.includes(job.state)) return job;
    await new Promise((told) => setTimeout(told, wait));
    if (!place.isConnected) return job; // nobody looks any more; the work goes on
    job = await get<Job>(`jobs/${job.id}`);
  }
}

function show(job: Job, place: HTMLElement): void {
  const isOver = OVER.includes(job.state);
  const stop = button(t("cancel"), async () => {
    await send("POST", `jobs/${job.id}/cancel`).catch(say.problem);
  });
  const share = job.total ? job.done / job.total : 0;
  fill(place, h("p", { class: "job" }, `${[t(job.state as Word), job.problem ?? job.said].filter(Boolean).join(": ")} `,
    job.total && !isOver ? meter(share, job.said) : null, isOver ? null : stop));
}
