// Long work, followed until it ends.

import { get, send } from "./api";
import { button, fill, h, meter } from "./dom";
import { say } from "./say";
import { t, type Word } from "./words";

export type Job = {
  id: string; kind: string; state: "waiting" | "running" | "done" | "failed" | "cancelled"; done: number;
  total: number | null; said: string; result: Record<string, unknown> | null; problem: string | null; made_at: string;
};

export async function follow(first: Job, place: HTMLElement): Promise<Job> {
  let job = first;
  for (let wait = 100; ; wait = Math.min(1000, wait * 1.3)) {
    show(job, place);
    if (["done", "failed", "cancelled"].includes(job.state)) return job;
    await new Promise((told) => setTimeout(told, wait));
    job = await get<Job>(`jobs/${job.id}`);
  }
}

function show(job: Job, place: HTMLElement): void {
  const isOver = ["done", "failed", "cancelled"].includes(job.state);
  const stop = button(t("cancel"), async () => {
    await send("POST", `jobs/${job.id}/cancel`).catch(say.problem);
  });
  const share = job.total ? job.done / job.total : 0;
  fill(place, h("p", { class: "job" }, `${t(job.state as Word)} ${job.problem ?? job.said} `,
    job.total && !isOver ? meter(share, job.said) : null, isOver ? null : stop));
}
