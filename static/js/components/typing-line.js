import { labels } from "../core/names.js";
import { t } from "../i18n/index.js";
import { isolated } from "./message-row.js";

export function mountTypingLine(root, store) {
  store.subscribe(({ rooms, current }) => {
    const names = [...(rooms.get(current)?.typing ?? [])].map(([id, { name }]) => isolated(labels.of({ id, name })));
    const text = names.length ? t("typing", names) : "";
    if (root.textContent !== text) root.textContent = text;
  });
}
