// The two fields that more than one dialog has.

import { roomName, userName } from "../core/names.js";
import { t } from "../i18n/index.js";
import { Field } from "./dialogs.js";

export const nameField = (id, { name_chars: most }, value) =>
  new Field(id, t("name"), t("nameHint", most), t("nameInvalid", most), (raw) => userName(raw, most), { value, autocomplete: "nickname", placeholder: t("namePlaceholder") });

export const roomField = (id, { room_chars: most }, value = "") =>
  new Field(id, t("room"), t("roomHint"), t("roomInvalid"), (raw) => roomName(raw, most), { value, autocapitalize: "none" });
