// Korean particles by the last letter of the word before them (Tests/Vectors/particles.json).

/** The final consonant of a word when it is read aloud: none, "ㄹ", or another one. */
function ending(word) {
  const read = word.replace(/[\u2066-\u2069\s)\]」』”’"']+$/u, "").normalize("NFC");
  const sign = read.at(-1) ?? "";
  const code = sign.charCodeAt(0) - 0xac00;
  if (code >= 0 && code < 11172) return code % 28 === 0 ? "" : code % 28 === 8 ? "ㄹ" : "ㄱ";
  if (/[178]/.test(sign) || /[lL]/.test(sign)) return "ㄹ";
  return /[036]/.test(sign) || /[mnMN]/.test(sign) || /ng$/i.test(read) ? "ㄱ" : "";
}

/** `withParticle("방", "을/를")`; before "으로/로" a ㄹ counts as none. */
export function withParticle(word, pair) {
  const [after, otherwise] = pair.split("/");
  const end = ending(word);
  return word + (end === "" || (end === "ㄹ" && after === "으로") ? otherwise : after);
}
