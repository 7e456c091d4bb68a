// This browser's motion, place, microphone and camera, each as a source that can be closed.

import { CAMERA } from "@nearframe/shared/media/camera";
import type { Triple } from "@nearframe/shared/input/motion";
import type { SenseSources } from "./senses.ts";

export function browserSenseSources(window: Window): SenseSources {
  const { navigator } = window;
  return {
    async motion(onMotion) {
      if (!("DeviceMotionEvent" in window)) throw new Error("this browser tells no motion");
      await askApple(window);
      let orientation: Triple = [0, 0, 0];
      const turn = ({ alpha, beta, gamma }: DeviceOrientationEvent) => {
        orientation = [alpha ?? 0, beta ?? 0, gamma ?? 0];
      };
      const move = ({ acceleration, accelerationIncludingGravity, rotationRate }: DeviceMotionEvent) =>
        onMotion({
          orientation,
          acceleration: axes(acceleration),
          accelerationWithGravity: axes(accelerationIncludingGravity),
          turnRate: [rotationRate?.alpha ?? 0, rotationRate?.beta ?? 0, rotationRate?.gamma ?? 0],
        });
      window.addEventListener("deviceorientation", turn);
      window.addEventListener("devicemotion", move);
      return {
        close() {
          window.removeEventListener("deviceorientation", turn);
          window.removeEventListener("devicemotion", move);
        },
      };
    },
    location(onPlace, onLost) {
      return new Promise((resolve, reject) => {
        const close = () => navigator.geolocation.clearWatch(watch);
        let known = false;
        const watch = navigator.geolocation.watchPosition(
          ({ coords }) => {
            known = true;
            onPlace({ latitude: coords.latitude, longitude: coords.longitude, accuracyM: coords.accuracy });
            resolve({ close });
          },
          ({ message }) => {
            if (known) return onLost(message);
            close();
            reject(new Error(message));
          },
          { enableHighAccuracy: true, maximumAge: 1_000, timeout: 30_000 },
        );
      });
    },
    async microphone(onLost) {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true } });
      const [track] = stream.getAudioTracks();
      if (!track) throw new Error("the browser gave no microphone");
      track.addEventListener("ended", () => onLost("the microphone is gone"));
      return { track, close: () => track.stop() };
    },
    async camera(facing, onLost) {
      const stream = await navigator.mediaDevices.getUserMedia({
        video: {
          facingMode: facing === "front" ? "user" : "environment",
          width: { ideal: CAMERA.width }, height: { ideal: CAMERA.height }, frameRate: { ideal: CAMERA.fps },
        },
      });
      const [track] = stream.getVideoTracks();
      if (!track) throw new Error("the browser gave no camera");
      track.addEventListener("ended", () => onLost("the camera is gone"));
      // Devices have their kinds by name only once one of them is given.
      const devices = await navigator.mediaDevices.enumerateDevices().catch(() => []);
      const stopWatching = whenHiddenLong(window, () => onLost("the page was hidden for a while, so the camera was switched off"));
      return {
        track,
        several: devices.filter(({ kind }) => kind === "videoinput").length > 1,
        close() {
          stopWatching();
          track.stop();
        },
      };
    },
  };
}

/** Long enough to look up something and come back; nobody forgets a camera for longer. */
export const CAMERA_HIDDEN_MS_MAX = 30_000;

function whenHiddenLong({ document }: Window, act: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = () => {
    clearTimeout(timer);
    if (document.visibilityState === "hidden") timer = setTimeout(act, CAMERA_HIDDEN_MS_MAX);
  };
  document.addEventListener("visibilitychange", look);
  look();
  return () => {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", look);
  };
}

const axes = (acceleration: DeviceMotionEventAcceleration | null): Triple => [acceleration?.x ?? 0, acceleration?.y ?? 0, acceleration?.z ?? 0];

/** iPhones ask the player once, and only in answer to a touch. */
async function askApple(window: Window): Promise<void> {
  const { DeviceMotionEvent } = window as Window & { DeviceMotionEvent?: { requestPermission?(): Promise<string> } };
  if (DeviceMotionEvent?.requestPermission && (await DeviceMotionEvent.requestPermission()) !== "granted") {
    throw new Error("the phone's motion was not allowed");
  }
}
