// Stock rdiff (librsync), run on files in one folder. Where it is not installed, every call fails.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { SignatureKind } from '../../src/delta/signature/signature-format.js';
import { runProgram } from '../../src/system/programs/run-program.js';

export class Rdiff {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  signature(
    basis: Uint8Array,
    kind: SignatureKind,
    blockBytes: number,
    strongBytes: number,
  ): Buffer {
    const options = [
      `--hash=${kind.strong === 'md4' ? 'md4' : 'blake2'}`,
      `--rollsum=${kind.weak}`,
      `--block-size=${blockBytes}`,
      `--sum-size=${strongBytes}`,
    ];
    return this.#run([...options, 'signature'], [basis]);
  }

  delta(signature: Uint8Array, result: Uint8Array): Buffer {
    return this.#run(['delta'], [signature, result]);
  }

  patch(basis: Uint8Array, delta: Uint8Array): Buffer {
    return this.#run(['patch'], [basis, delta]);
  }

  #run(args: readonly string[], inputs: readonly Uint8Array[]): Buffer {
    const files = inputs.map((bytes, index) => {
      const file = path.join(this.#folder, `input-${index}`);
      writeFileSync(file, bytes);
      return file;
    });
    const output = path.join(this.#folder, 'output');
    rmSync(output, { force: true });
    const { code, stderr } = runProgram('rdiff', [...args, ...files, output]);
    if (code !== 0) throw new Error(`rdiff ${args.join(' ')} exited with ${code}: ${stderr}`);
    return readFileSync(output);
  }
}
