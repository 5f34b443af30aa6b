/** Longest wait where the page is hidden and no frame comes. */
const hiddenMs = 250;

/** Runs `work` once in the next frame, however often it is scheduled before; a hidden page gets it a little later. */
export function nextFrame(work: () => void): { schedule(): void; cancel(): void } {
  let frame = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const cancel = () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    timer = undefined;
  };
  const run = () => {
    cancel();
    work();
  };
  return {
    schedule() {
      if (timer !== undefined) return;
      timer = setTimeout(run, hiddenMs);
      frame = requestAnimationFrame(run);
    },
    cancel,
  };
}
