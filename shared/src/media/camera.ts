// What a player's camera may send, in VP8: enough for a face or a code that is held up, and little
// enough that the player's own picture and hands never wait for it.

export const CAMERA = { width: 640, height: 480, fps: 15, bitrateKbps: 500 } as const;
/** However the device is held. */
export const CAMERA_SIDE_MAX = Math.max(CAMERA.width, CAMERA.height);
