import { useCallback, useState } from "react";
import type { GuestRole, ShareView } from "@nearframe/shared/friends/roles";
import type { Scope } from "@nearframe/shared/lifetime";
import { createFriendsSettings } from "../../friends/friends-settings.ts";
import { createPlayFriends, type PlayFriends as Model } from "../../friends/play-friends.ts";
import type { App } from "../../view-model/app.ts";
import type { Play } from "../../view-model/play.ts";
import { useBehavior } from "../use-behavior.ts";
import { useModel } from "../use-model.ts";
import styles from "./Friends.module.css";
import { FriendsSheet } from "./FriendsSheet.tsx";
import { HoldToTalk } from "./VoicePanel.tsx";

type PlayFriendsProps = { app: Pick<App, "link" | "storage">; play: Play; open: boolean; onClose: () => void };

const SHARE_MS = 2 * 3_600_000;
/** A pad of the player's own, for as long as they are likely to play. */
const PHONE_MS = 12 * 3_600_000;

/** Lives as long as the play page once there is a friend: phones and voices go on when the sheet is closed. */
export default function PlayFriends({ app, play, open, onClose }: PlayFriendsProps) {
  const { link, storage } = app;
  const [settings] = useState(() => createFriendsSettings(storage));
  const create = useCallback((scope: Scope) => createPlayFriends(scope, play, link, settings.value), [play, link, settings]);
  const friends = useModel(create);
  if (!friends) return null;
  return <Friends friends={friends} settings={settings} open={open} onClose={onClose} />;
}

type FriendsProps = { friends: Model; settings: ReturnType<typeof createFriendsSettings>; open: boolean; onClose: () => void };

function Friends({ friends, settings, open, onClose }: FriendsProps) {
  const company = useBehavior(friends.company.state);
  const voice = useBehavior(friends.voice.state);
  const { quietTitle } = useBehavior(settings.value);
  const [shown, setShown] = useState<ShareView>();
  const [failure, setFailure] = useState<string>();
  const share = async (role: GuestRole, pad?: number) => {
    setFailure(undefined);
    try {
      setShown(await friends.company.share(role, { lastsMs: pad === undefined ? SHARE_MS : PHONE_MS, ...(pad !== undefined && { pad }) }));
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
    }
  };
  if (!open) {
    if (voice.is !== "on" || voice.alwaysOn) return null;
    return (
      <div className={styles.floating}>
        <HoldToTalk sending={voice.sending} onHold={friends.voice.hold} />
      </div>
    );
  }
  return (
    <FriendsSheet
      company={company}
      voice={voice}
      quietTitle={quietTitle}
      origin={window.location.origin}
      shown={shown && company.shares.some(({ code }) => code === shown.code) ? shown : undefined}
      failure={failure}
      onShare={(role, pad) => void share(role, pad)}
      onShow={setShown}
      onRevoke={friends.company.revoke}
      onRemove={friends.company.remove}
      onClose={onClose}
      onJoinVoice={friends.voice.join}
      onLeaveVoice={friends.voice.leave}
      onHold={friends.voice.hold}
      onAlwaysOn={friends.voice.setAlwaysOn}
      onMute={friends.voice.setMuted}
      onQuietTitle={(on) => settings.change((now) => ({ ...now, quietTitle: on }))}
    />
  );
}
