// The exports of wasm/index.ts that deltas use, as TypeScript sees them: addresses and lengths are
// i32 (memory stays below 2 GiB), file positions and sizes f64, exact up to 2^53.

export interface EngineExports {
  patchOpen(basisBytes: number, maxResultBytes: number): void;
  patchInput(): number;
  patchInputCapacity(): number;
  patchFeed(length: number): void;
  patchStep(): number;
  patchFinish(): number;
  patchOutput(): number;
  patchTake(): number;

  diffOpen(basisBytes: number, resultBytes: number, indexBytes: number): void;
  diffStep(): number;

  tabulateOpen(): void;
  tabulateStep(): number;
  tabulateFinish(): number;
  /** @param isFirst 1 where there is no delta before this one */
  mapOpen(isFirst: number): void;
  mapStep(): number;
  mapFinish(): number;
  composeInput(): number;
  composeInputCapacity(): number;
  composeFeed(length: number): void;
  composeMade(): number;

  writerOutput(): number;
  takeWriterOutput(): number;
  writerCopyCount(): number;
  writerLiteralCount(): number;
  writerCopyBytes(): number;
  writerLiteralBytes(): number;

  readerErrorCode(): number;
  readerErrorAt(): number;
  readerErrorValue(): number;
}

/** What a step of a job returns; outputFull also where there is merely more to do. */
export const STEP = { needInput: 0, outputFull: 1, end: 2, error: 3 } as const;
