// Reads the XML that S3 stores answer with: elements and text. A document type, and with it entities that could
// grow, is refused. Attributes are skipped. The caller bounds the size.
import { foreignAnswer } from '../http/remote-failure.js';

export interface XmlElement {
  /** Without a prefix of its name space. */
  readonly name: string;
  /** Its own text and that of what is in it. */
  readonly text: string;
  readonly children: readonly XmlElement[];
}

const DEEPEST = 16;
/** Where two parts of it meet, no character fits both: it would be tried in both, which takes the square of the time. */
const TOKEN =
  /<\?[^]*?\?>|<!--[^]*?-->|<!\[CDATA\[([^]*?)\]\]>|<\/([^\s>]+)\s*>|<([^\s>/!?]+)([\s/][^>]*)?>|([^<]+)/y;

interface OpenElement {
  readonly name: string;
  text: string;
  readonly children: XmlElement[];
}

/** @returns the root. @throws RemoteFailure for what is not XML of this kind */
export function parseXml(bytes: Uint8Array): XmlElement {
  const xml = Buffer.from(bytes)
    .toString('utf8')
    .replace(/^\uFEFF/, '');
  const top: OpenElement = { name: '', text: '', children: [] };
  const open: OpenElement[] = [top];
  const token = new RegExp(TOKEN);
  while (token.lastIndex < xml.length) {
    const found = token.exec(xml);
    const inner = open.at(-1);
    if (found === null || inner === undefined) throw notXml();
    const [, literal, closed, opened, rest = '', text] = found;
    if (opened !== undefined) {
      const element = { name: localName(opened), text: '', children: [] };
      if (rest.endsWith('/')) inner.children.push(element);
      else if (open.length > DEEPEST) throw notXml();
      else open.push(element);
    } else if (closed !== undefined) {
      const outer = open.at(-2);
      if (outer === undefined || inner.name !== localName(closed)) throw notXml();
      outer.children.push(inner);
      outer.text += inner.text;
      open.pop();
    } else {
      inner.text += literal ?? unescapeText(text ?? '');
    }
  }
  const [root, ...others] = top.children;
  if (root === undefined || others.length > 0 || open.length !== 1) throw notXml();
  return root;
}

export function childrenOf(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter((child) => child.name === name);
}

/** The text of the first child of this name; null where there is none. */
export function textOf(element: XmlElement, name: string): string | null {
  return element.children.find((child) => child.name === name)?.text ?? null;
}

export function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescapeText(text: string): string {
  return text.replace(
    /&(?:#([0-9]{1,7})|#x([0-9a-fA-F]{1,6})|([a-z]{2,4}));/g,
    (all, ...groups) => {
      const [decimal, hex, name] = groups as (string | undefined)[];
      if (name !== undefined) return ENTITIES[name] ?? all;
      const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
      return code <= 0x10ffff ? String.fromCodePoint(code) : all;
    },
  );
}

function notXml(): Error {
  return foreignAnswer('its answer is not the XML of an S3 store');
}
