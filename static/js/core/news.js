/** Whether an unread message came. Another tab may have read the earlier ones at the same moment. */
export const hasNews = (old, room) => room.news > (old?.news ?? 0) && room.unread > 0;
