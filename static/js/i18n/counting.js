/** `count("# message", "# messages")(12)`; a language without plurals gives one form. */
export function counting(language) {
  const rules = new Intl.PluralRules(language);
  const numbers = new Intl.NumberFormat(language);
  return (one, other = one) => (number) => (rules.select(number) === "one" ? one : other).replace("#", numbers.format(number));
}
