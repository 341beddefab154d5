// The exports of wasm/index.ts that scan an append-only file, as TypeScript sees them. Addresses and
// lengths are i32, file positions and counts f64, exact up to 2^53.

export interface AofExports {
  aofOpen(start: number): void;
  aofInput(): number;
  aofInputCapacity(): number;
  aofFeed(length: number): number;
  aofEnd(): number;
  aofBoundary(): number;
  aofCommandCount(): number;
  aofIsTransaction(): number;
  aofIsWhole(): number;
  aofFirstTime(): number;
  aofLastTime(): number;
  aofStopReason(): number;
  aofStopValue(): number;
  aofStopAt(): number;
}
