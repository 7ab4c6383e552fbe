/** `count("# message", "# messages")(12)`; a language without plurals gives one form. */
export function counting(language) {
  let rules, numbers;
  // The first `Intl` object takes long to make, and small numbers have no separators.
  const digits = (number) => (number < 1000 ? number : (numbers ??= new Intl.NumberFormat(language)).format(number));
  return (one, other = one) => (number) => {
    rules ??= new Intl.PluralRules(language);
    return (rules.select(number) === "one" ? one : other).replace("#", digits(number));
  };
}
