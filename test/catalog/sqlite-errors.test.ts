// The errors of SQLite, as errors of this program.
import test from 'ava';
import Database from 'better-sqlite3';
import path from 'node:path';
import { translate } from '../../src/catalog/sqlite-errors.js';
import { connect } from '../../src/catalog/sqlite.js';
import { SystemError } from '../../src/errors.js';
import { pathFromText } from '../../src/system/files/byte-path.js';
import { temporaryDirectory } from '../support/files/temporary-directory.js';

test('a database that may not be written says what to do', async (t) => {
  const file = path.join(await temporaryDirectory(t), 'database');
  new Database(file).exec('CREATE TABLE one (a)').close();
  const connection = connect(pathFromText(file), { readOnly: true });
  const write = (): unknown => connection.exec('INSERT INTO one VALUES (1)');
  const error = t.throws(() => translate('write', pathFromText(file), write), {
    instanceOf: SystemError,
  });
  connection.close();
  t.is(error.message, `cannot write '${file}': permission denied`);
  t.regex(error.hint ?? '', /a user who may read and write there/);
});
