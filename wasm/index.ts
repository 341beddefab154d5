// The engine's exports, in the order of its jobs. Compiled by AssemblyScript without runtime, garbage
// collector or bindings: exports take and return addresses, lengths (i32) and file positions (f64,
// exact up to 2^53), and imports are `env.memory` and the functions of host.ts.
//
// Calling: one instance does one job at a time. `…Open` starts a job and forgets the one before; then
// `…Step` is called until it says that it is done, each call some milliseconds of work (steps.ts). Files
// are read while a step runs, through the host's `read`. Streams are fed: their bytes are put at
// `…Input`, at most `…InputCapacity` or `…Room` of them, `…Feed` says how many, and steps follow until
// one needs input. Output lies at `…Output`; `…Take` returns its length and empties it, so it must be
// used before the next step; there may be none where a step has only read. What a decoder rejects ends
// the job with STEP_ERROR and errorCode, errorAt, errorValue.
//
// Memory, in bytes:
//   0 …            constants and small state of fixed size (memory.data); no stack, no heap
//   __heap_base …  the arena (arena.ts): the buffers of the job, taken one after another when it opens
//
//   diff        window on each file    2 x 1312 KiB   window.ts, at most the file's size
//               output, literals       832 KiB        delta-writer.ts
//               resync's table         512 KiB        resync.ts
//               moved-content index    its budget     moved-index.ts, only where one is needed
//               pages of the basis     4 MiB          pages.ts, with the index
//               walks of both RDBs     2 x 1.6 MiB    rdb-units.ts, only where records are looked for
//               record, table, finds   260 KiB        short-pair.ts, finds.ts
//               index of the units     its budget     unit-index.ts, given back before the other index
//               windows on the finds   256 KiB each   finds.ts, one a pass
//   gather      read buffer, counts    264 KiB        gather.ts, piece-sort.ts; in the three jobs that follow
//               window                 512 KiB, growing x 8 to what the job allows
//               pieces, twice          1/4 of the window
//   patch       input                  128 KiB
//   apply       table                  64 KiB         table-cursor.ts
//   encode      table, twice           128 KiB
//               output, literals       832 KiB        delta-writer.ts
//   tabulate    input, table, literals 448 KiB
//   join        both other tables      128 KiB
//               pages of first table   32 MiB, at most the table's size
//               index of first table   8 MiB          table-index.ts, at most half the table's size
//   signature   input, output          192 KiB
//   match       output, literals       832 KiB
//               signature, its tables  its size (256 MiB at most) and up to 36 bytes a block
//               input                  256 KiB and the length of a block
//   rdb         input                  258 KiB        rdb-input.ts
//               records, totals        470 KiB        rdb-batch.ts, rdb-totals.ts
//               aux fields, grammar    17 KiB         rdb-aux.ts, rdb-grammar.ts
//               tables of CRC-64       32 KiB         crc64.ts
//   elements    input, elements        90 KiB         rdb-elements.ts
//   aof         input                  256 KiB        aof-scan.ts
//   lzf         both strings           their lengths
//
// Memory grows to what a job needs, some of it while it runs, and never shrinks; addresses stay below
// 2 GiB and do not move.
export { errorAt, errorCode, errorValue } from "./delta/format-error";
export { diffOpen, diffStep } from "./diff/differ";
export { deltaFeed, deltaInput, deltaInputCapacity } from "./delta/checked-delta";
export { patchFinish, patchOpen, patchStep } from "./rebuild/patch";
export { tabulateFinish, tabulateMade, tabulateOpen, tabulateStep } from "./table/tabulate";
export { joinOpen, joinStep } from "./table/join";
export { applyOpen, applyStep } from "./rebuild/apply";
export { encodeOpen, encodeStep } from "./rebuild/encode";
export { gatherOutput, gatherTake } from "./rebuild/gather-output";
export {
  signatureFeed,
  signatureFinish,
  signatureInput,
  signatureInputCapacity,
  signatureOpen,
  signatureOutput,
  signatureStep,
  signatureTake,
} from "./signature/signature";
export {
  matchFeed,
  matchFinish,
  matchInput,
  matchOpen,
  matchReady,
  matchRoom,
  matchSignatureCapacity,
  matchSignatureFeed,
  matchSignatureInput,
  matchStep,
} from "./signature/delta-from-signature";
export {
  takeWriterOutput,
  writerCopyBytes,
  writerCopyCount,
  writerLiteralBytes,
  writerLiteralCount,
  writerOutput,
} from "./delta/delta-writer";
export {
  rdbAux,
  rdbAuxLength,
  rdbAuxOmitted,
  rdbBatchCapacity,
  rdbChecksum,
  rdbColumn,
  rdbDatabaseCount,
  rdbDatabases,
  rdbEnd,
  rdbEntryAt,
  rdbFeed,
  rdbFinish,
  rdbFunctions,
  rdbInput,
  rdbInputCapacity,
  rdbIsValkey,
  rdbModuleAux,
  rdbNext,
  rdbOpen,
  rdbStep,
  rdbStopAt,
  rdbStopReason,
  rdbStopValue,
  rdbTakeBatch,
  rdbTypes,
  rdbVersion,
} from "./rdb/rdb-job";
export {
  elementsBatchCapacity,
  elementsColumn,
  elementsFeed,
  elementsInput,
  elementsInputCapacity,
  elementsNext,
  elementsOpen,
  elementsStep,
  elementsTakeBatch,
} from "./rdb/rdb-elements-job";
export {
  aofBoundary,
  aofCommandCount,
  aofFeed,
  aofFirstTime,
  aofInput,
  aofInputCapacity,
  aofIsTransaction,
  aofIsWhole,
  aofLastTime,
  aofOpen,
  aofStopAt,
  aofStopReason,
  aofStopValue,
} from "./aof/aof-scan";
export { crcFeed, crcInput, crcInputCapacity, crcOpen, crcValue } from "./rdb/crc64";
export { lzfExpand, lzfInput, lzfOpen, lzfOutput } from "./rdb/rdb-lzf";
