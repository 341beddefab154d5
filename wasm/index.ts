export { patchOpen, patchInput, patchInputCapacity, patchFeed, patchOutput, patchTake, patchStep, patchFinish } from "./patch";
export { readerErrorCode, readerErrorAt, readerErrorValue } from "./delta-reader";
export { diffOpen, diffStep } from "./differ";
export {
  writerOutput,
  takeWriterOutput,
  writerCopyCount,
  writerLiteralCount,
  writerCopyBytes,
  writerLiteralBytes,
} from "./delta-writer";
export { tabulateOpen, tabulateStep, tabulateFinish, mapOpen, mapStep, mapFinish, composeInput, composeInputCapacity, composeFeed, composeMade } from "./compose";
