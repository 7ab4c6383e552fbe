// Finds addresses in a text. It looks at each character a bounded number of times (Tests/Vectors/README.md has the rules).

const PAIRS = "()[]{}（）［］｛｝「」『』【】〔〕〖〗《》〈〉＜＞«»‹›“”‘’｢｣";
const OPENERS = new Set([...PAIRS].filter((_, index) => index % 2 === 0));
const OPENER_OF = new Map([...PAIRS].flatMap((sign, index) => (index % 2 ? [[sign, PAIRS[index - 1]]] : [])));
const CUT_OFF = new Set([...".,:;!?*_~'|·", ...OPENERS]);

const SCHEME = /https?:\/\/|(?<![@.\-/])www\./iy;
/** The longest name of a host, in characters. */
const ASCII_HOST = /[a-z0-9][a-z0-9._-]{0,252}/iy;
const HOST = /[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]{0,252}/uy;
const IPV6 = /\[[\da-f:.]{2,45}\]/iy;
const PORT = /:\d{1,5}/y;
const CREDENTIALS = /[^\s/?#]{0,300}@/y;
const PLAIN = new RegExp(`[^\\s<>"\`'。、，！？；：…\\p{Cc}\\p{Cf}\\p{Script=Hiragana}${PAIRS.replace(/[[\]]/g, "\\$&")}]*`, "uy");
const PARTICLE = /(?<=[A-Za-z0-9/=_\-\p{Pe}\p{Pf}])(?:[은는이가을를의에와과도만나랑]|에[서는도게]|에서는|으?로|으?로는|까지|부터|이?라고|이나|이랑|처럼|보다|입니다|이에요|예요)$/u;

/** The end of a match of a sticky pattern that begins at `index`, or -1. */
function past(pattern, text, index) {
  pattern.lastIndex = index;
  return pattern.test(text) ? pattern.lastIndex : -1;
}

function endOfHost(text, start) {
  const end = past(ASCII_HOST, text, start);
  if (end < 0) return Math.max(past(HOST, text, start), past(IPV6, text, start));
  const host = text.slice(start, end);
  const isWhole = host.includes(".") || /^localhost$/i.test(host);
  // A Korean particle is no part of an ASCII host; "bücher.example" is one host.
  const goesOn = isWhole ? /^[\p{Script=Latin}\p{M}]/u : /^[\p{L}\p{M}]/u;
  return goesOn.test(text.slice(end, end + 2)) ? past(HOST, text, start) : end;
}

/** Closing brackets and quotes end it, unless they were opened within it. */
function endOfPath(text, start, isQuoted) {
  const open = new Map();
  for (let end = start; ; end += 1) {
    end = past(PLAIN, text, end);
    const sign = text[end];
    const opener = OPENER_OF.get(sign);
    if (OPENERS.has(sign)) open.set(sign, (open.get(sign) ?? 0) + 1);
    else if (open.get(opener) > 0) open.set(opener, open.get(opener) - 1);
    else if (sign === "'" ? isQuoted : !/\p{Script=Hiragana}/u.test(sign ?? "") || /[A-Za-z0-9)=_-]/.test(text[end - 1])) return end;
  }
}

function withoutSigns(text, start, end) {
  while (end > start && CUT_OFF.has(text[end - 1])) end -= 1;
  return end;
}

function withoutParticle(text, start, end) {
  const tail = text.slice(Math.max(start, end - 5), end);
  return end - (PARTICLE.exec(tail)?.[0].length ?? 0);
}

/** @returns the link that begins at `index`, as `{text, href, end}`; or only the `end` of a text that is no link. */
export function linkAt(text, index) {
  const start = past(SCHEME, text, index);
  if (start < 0 || /[A-Za-z0-9_]/.test(text[index - 1] ?? "")) return { end: index + 1 };
  const isBare = text[start - 1] === ".";
  const host = endOfHost(text, isBare ? index : start);
  if (host < 0) return { end: start };
  const disguise = past(CREDENTIALS, text, host);
  if (disguise > 0 || /^\p{Cf}/u.test(text.slice(host, host + 1))) return { end: Math.max(host, disguise) };
  const authority = Math.max(host, past(PORT, text, host));
  let end = "/?#".includes(text[authority] ?? " ") ? endOfPath(text, authority, text[index - 1] === "'") : authority;
  end = withoutSigns(text, start, end);
  if (end > authority) end = withoutSigns(text, start, withoutParticle(text, authority, end));
  const shown = text.slice(index, end);
  const address = isBare ? `https://${shown}` : shown;
  const isLink = end > start && URL.canParse(address) && (!isBare || /^[^/?#]+\.[^/?#.]+\.[^/?#.]/.test(shown));
  return isLink ? { text: shown, href: new URL(address).href, end } : { end: Math.max(end, host) };
}
