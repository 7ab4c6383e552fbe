// Changes the user's name. Modules that offer this import it, so that it is here when there is no connection.

import * as storage from "./storage.js";

export async function rename({ client, act }, name) {
  if (!client.isOpen) return client.reconnectNow();
  try {
    const { user } = await client.request("rename", { name });
    storage.write("renamed", "");
    act("me", { user });
  } catch (notice) {
    if (!["closed", "timeout"].includes(notice.code)) storage.write("renamed", "");
    act("notice", { notice });
  }
}
