// Another name. The modules that ask for one import this, so that it is there without a connection.

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
