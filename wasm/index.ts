// The interface (ABI) between the engine and TypeScript: every export, in the order of the jobs.
// AssemblyScript compiles this without runtime, garbage collector or bindings.
//
// NUMBERS  Addresses and lengths in memory are i32, and stay below 2 GiB. File positions and sizes are f64,
// exact up to 2^53. A boolean is 0 or 1.
//
// IMPORTS  `env.memory`, and two functions of `host` (memory/host.ts) that a job may call while a step
// runs: `read` from a source and `append` to a store. TypeScript decides what the numbers of sources and
// stores stand for: each job is lent its own (src/system/wasm/).
//
// JOBS, and who may call their exports. No other room calls the engine.
//   diff                src/delta/diff.ts                    a delta of two files
//   delta input         src/delta/engine/feed.ts                    of the jobs patch and tabulate
//   patch               src/delta/patch.ts                   a result from a basis and a delta
//   tabulate, join      src/delta/delta-table.ts             a delta as a table; two tables as one
//   apply               src/delta/apply-table.ts             a result from a basis and a table
//   encode              src/delta/compose.ts                 a table as a delta
//   gather              src/delta/engine/gather.ts                  output of the jobs patch and apply
//   signature           src/delta/signature/signature.ts               a signature of a file
//   match               src/delta/signature/delta-from-signature.ts    a delta of a signature and a file
//   writer              the same, diff.ts and compose.ts     output of the jobs diff, encode and match
//   rdb                 src/persistence/rdb/                 the records and totals of an RDB
//   elements            src/persistence/rdb/                 the elements of one record
//   aof                 src/persistence/aof/                 the commands of an append-only file
//   crc, lzf            src/persistence/rdb/                 a checksum; a string expanded
//
// CALLS  An instance does one job at a time.
// 1. `…Open` starts a job and forgets the one before.
// 2. A stream is fed. Put its bytes at `…Input`, at most `…InputCapacity` or `…Room` of them; `…Feed` says
//    how many there are. Files are not fed: the job reads them through the host.
// 3. `…Step` does some milliseconds of work and returns what comes next (memory/steps.ts). Call it again
//    while it returns STEP_AGAIN; on STEP_NEED_INPUT feed more. (aofFeed and crcFeed do the work
//    themselves.)
// 4. After a step, take the output. `…Take` returns its length, which may be 0, and empties the buffer at
//    `…Output`: use the bytes before the next step.
// 5. `…Finish` says that the stream has ended.
//
// ERRORS  A decoder that rejects its input returns STEP_ERROR. The job has ended, and the instance can do
// another one. errorCode, errorValue and errorAt say what is wrong and where (delta/format-error.ts); the
// walk and the scan have rdbStop… and aofStop… for that. An exception of the host goes through the step to
// the caller, and a trap (no memory left) is an exception too: throw such an instance away.
//
// MEMORY  grows to what a job needs and never shrinks. Some jobs grow when they open, some while they run.
// Addresses stay valid when memory grows; views of TypeScript do not. In bytes:
//   0 …            constants and small state of fixed size (memory.data); no stack, no heap
//   __heap_base …  the arena (memory/arena.ts): the buffers of the job, one after another
//
//   diff        window on each file    2 x 1312 KiB   window.ts, at most the file's size
//               output, literals       832 KiB        delta-writer.ts
//               table of resync        512 KiB        resync.ts
//               moved-content index    its budget     moved-index.ts, only if one is needed
//               pages of the basis     4 MiB          pages.ts, with that index
//               walks of both RDBs     2 x 2.1 MiB    rdb-units.ts, only if records are looked for
//               record, table, finds   260 KiB        short-pair.ts, finds.ts
//               index of the units     its budget     unit-index.ts, given back before the other index
//               windows on the finds   256 KiB each   finds.ts, one for each pass
//   gather      read buffer, counts    264 KiB        gather.ts, piece-sort.ts: in patch, apply, encode
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
//               a held string          1 MiB          values/work.ts (16 MiB if deep), as the next two
//               an expanded string     1 MiB          (16 MiB if deep)
//               hashes of names        2.3 MiB        values/hash-set.ts (192 MiB if deep)
//               records, totals        470 KiB        rdb-batch.ts, rdb-totals.ts
//               aux fields, grammar    17 KiB         rdb-aux.ts, rdb-grammar.ts
//               templates of hashes    512 KiB        rdb-newer.ts
//               tables of CRC-64       32 KiB         crc64.ts
//   elements    input, elements        90 KiB         rdb-elements.ts
//   aof         input                  256 KiB        aof-scan.ts
//   crc         tables, input          96 KiB         crc64.ts
//   lzf         both strings           their lengths
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
  rdbCheck,
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
  rdbOtherDatabases,
  rdbRefused,
  rdbRefusedAt,
  rdbSealedEnd,
  rdbSkippedKeys,
  rdbSkippedValues,
  rdbStep,
  rdbStopAt,
  rdbStopReason,
  rdbStopValue,
  rdbSuspect,
  rdbSuspectAt,
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
  aofEnd,
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
export { lzfExpand, lzfInput, lzfOpen, lzfOutput } from "./rdb/values/lzf";
