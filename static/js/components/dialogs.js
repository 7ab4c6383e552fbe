// A modal dialog around a form, and its fields.

import { h, iconButton } from "../dom.js";
import { roomName, userName } from "../core/names.js";
import { t } from "../i18n/index.js";

/** @param onsubmit  Keeps the dialog open by returning false. */
export function dialog(title, { className = "", isClosable = true, onsubmit = () => {} }, ...content) {
  const form = h("form", { noValidate: true },
    h("div.dialog-head", {}, h("h2", {}, title), isClosable && iconButton("close", t("close"), () => node.close())), ...content);
  const node = h("dialog", { class: className, "aria-label": title, onclose: () => node.remove() }, form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (onsubmit() !== false) node.close();
  });
  node.addEventListener("cancel", (event) => isClosable || event.preventDefault());
  node.addEventListener("pointerdown", ({ target }) => isClosable && target === node && node.close());
  document.body.append(node);
  node.showModal();
  return node;
}

/** An error takes the place of the hint; `parse` gives the value, or null. */
class Field {
  constructor(id, label, hint, wrong, parse, options) {
    Object.assign(this, { wrong, parse });
    this.input = h("input", { id, autocomplete: "off", spellcheck: false, "aria-describedby": `${id}-hint`, ...options });
    this.hint = h("p", { id: `${id}-hint`, class: "hint", role: "status" }, hint);
    this.node = h("div.field", {}, h("label", { htmlFor: id }, label), this.input, this.hint);
  }

  get value() {
    const value = this.parse(this.input.value);
    this.hint.classList.toggle("wrong", value === null);
    this.input.setAttribute("aria-invalid", value === null);
    if (value === null) {
      this.hint.textContent = this.wrong;
      this.input.focus();
    }
    return value;
  }
}

export const nameField = (id, { name_chars: most }, value) =>
  new Field(id, t("name"), t("nameHint", most), t("nameInvalid", most), (raw) => userName(raw, most), { value, autocomplete: "nickname", placeholder: t("namePlaceholder") });

export const roomField = (id, { room_chars: most }, value = "") =>
  new Field(id, t("room"), t("roomHint"), t("roomInvalid"), (raw) => roomName(raw, most), { value, autocapitalize: "none" });

export function choice(id, label, options, value, onchange) {
  const select = h("select", { id, onchange: () => onchange(select.value) },
    ...Object.entries(options).map(([key, text]) => h("option", { value: key, selected: key === value }, text)));
  return h("div.field", {}, h("label", { htmlFor: id }, label), select);
}

export const submit = (text) => h("button.button.primary", {}, text);
