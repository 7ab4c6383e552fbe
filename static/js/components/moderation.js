// Commands of moderators: those whose token allows it see them in the help; the server decides.

import { labels } from "../core/names.js";
import { rulingOf, spanOf, targetOf } from "../core/targets.js";
import { errorText, t } from "../i18n/index.js";
import { list } from "../i18n/list.js";
import { tellUser } from "../overlays.js";
import { askAbout } from "./deletion.js";
import { isolated } from "./message-row.js";

/** Members, and who spoke lately, each once. */
function peopleOf({ members, items }) {
  const people = new Map(items.slice(-200).filter(({ from }) => from).map(({ from }) => [from.id, from]));
  for (const [id, { name }] of members) people.set(id, { id, name });
  return [...people.values()];
}

const aboutUser = (argument, room) => {
  const { users, rest } = targetOf(argument, peopleOf(room));
  if (users.length === 1) return { user: users[0], fields: { user: users[0].id, ...rulingOf(rest) } };
  return { wrong: () => (users.length ? t("severalPeople", list(users.map((user) => isolated(labels.of(user))))) : t("nobodyNamed")) };
};

const PARSERS = {
  kick: (argument, room) => {
    const { user, fields, wrong } = aboutUser(argument, room);
    return { user, wrong, fields: fields && { user: fields.user, reason: targetOf(argument, peopleOf(room)).rest || undefined } };
  },
  ban: aboutUser,
  mute: aboutUser,
  unban: aboutUser,
  unmute: aboutUser,
  purge: (reason) => ({ fields: { reason: reason || undefined } }),
  close: (argument) => ({ fields: rulingOf(argument) }),
  open: () => ({ fields: {} }),
  slow(argument) {
    const seconds = argument === "off" ? 0 : spanOf(argument);
    return seconds === null ? { wrong: () => t("slowUsage") } : { fields: { seconds } };
  },
};

/** What the protocol calls it, where that is another word. */
const WIRE = { purge: "clear" };

/** @returns whether the line can leave the field. */
export async function moderate(name, argument, { app, state }) {
  const room = state.rooms.get(state.current);
  if (!room) return false;
  if (name === "delete") return askAbout(argument, room, peopleOf(room), app);
  const { user, fields, wrong } = PARSERS[name](argument, room);
  if (wrong) {
    tellUser(wrong);
    return false;
  }
  if (name.startsWith("un")) delete fields.seconds;
  try {
    await app.request(WIRE[name] ?? name, { room: room.name, ...fields });
    tellUser(() => t("moderated")[name](user ? isolated(labels.of(user)) : "", room.name));
    return true;
  } catch (error) {
    tellUser(() => errorText(error.code, error));
    return false;
  }
}
