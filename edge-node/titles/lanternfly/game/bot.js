// Plays by itself behind the title, and shows how it is done.

import { lanternInReach } from "./world.js";

/** Whether to hold, as a person would who has played for an evening. */
export function botHolds(world) {
  const { player, thread } = world;
  if (thread) {
    const climb = Math.atan2(-player.vy, player.vx);
    const past = player.x > thread.lantern.x + 20;
    return !(past && climb > 0.55) && thread.heldS < thread.burnS * 0.9;
  }
  const lantern = lanternInReach(world);
  if (!lantern) return false;
  return player.vy > 40 && lantern.x > player.x + 30 && player.y > 190;
}
