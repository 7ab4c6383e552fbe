/** Whether an unread message came. Another tab may have read the earlier ones at the same moment. */
export const hasNews = (old, room) => Boolean(old) && old.seq !== null && room.news > old.news && room.unread > 0;
