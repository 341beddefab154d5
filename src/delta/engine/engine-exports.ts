// The exports of wasm/index.ts that deltas use, as TypeScript sees them. Addresses and lengths are i32
// (memory stays below 2 GiB), file positions and sizes f64, exact up to 2^53.

export interface EngineExports {
  /** Where and why a decoder stopped, after a step that returned STEP.error. */
  errorCode(): number;
  errorAt(): number;
  errorValue(): number;

  diffOpen(
    basisBytes: number,
    resultBytes: number,
    mostIndexBytes: number,
    mostRecordBytes: number,
  ): void;
  diffStep(): number;

  /** The input of patch and tabulate. */
  deltaInput(): number;
  deltaInputCapacity(): number;
  deltaFeed(length: number): void;

  /** @param windowBytes how much is built at a time, at most: this bounds the memory */
  patchOpen(basisBytes: number, maxResultBytes: number, windowBytes: number): void;
  patchStep(): number;
  patchFinish(): number;

  /** The output of patch and apply. */
  gatherOutput(): number;
  gatherTake(): number;

  tabulateOpen(basisBytes: number, maxResultBytes: number, literalBytes: number): void;
  tabulateStep(): number;
  tabulateFinish(): number;
  tabulateMade(): number;

  joinOpen(firstBytes: number, middleBytes: number, secondBytes: number, resultBytes: number): void;
  joinStep(): number;

  applyOpen(
    tableBytes: number,
    resultBytes: number,
    basisBytes: number,
    literalBytes: number,
    windowBytes: number,
  ): void;
  applyStep(): number;

  encodeOpen(
    tableBytes: number,
    resultBytes: number,
    literalBytes: number,
    windowBytes: number,
  ): void;
  encodeStep(): number;

  signatureOpen(magic: number, blockBytes: number, strongBytes: number): void;
  signatureInput(): number;
  signatureInputCapacity(): number;
  signatureFeed(length: number): void;
  signatureStep(): number;
  signatureFinish(): void;
  signatureOutput(): number;
  signatureTake(): number;

  matchOpen(): void;
  matchSignatureInput(): number;
  matchSignatureCapacity(): number;
  matchSignatureFeed(length: number): number;
  matchReady(): number;
  matchInput(): number;
  matchRoom(): number;
  matchFeed(length: number): void;
  matchFinish(): void;
  matchStep(): number;

  /** The output of diff, encode and match: the jobs that make a delta. */
  writerOutput(): number;
  takeWriterOutput(): number;
  writerCopyCount(): number;
  writerLiteralCount(): number;
  writerCopyBytes(): number;
  writerLiteralBytes(): number;
}
