import type { Company } from "../../friends/company.ts";
import type { VoiceState } from "../../friends/voice.ts";
import { Button } from "../parts/Button.tsx";
import { MicIcon } from "../parts/icons.tsx";
import { Switch } from "../settings/Switch.tsx";
import styles from "./Friends.module.css";
import { MemberName } from "./MemberName.tsx";
import { useFriendsTexts } from "./use-friends-texts.ts";

export type VoiceCalls = {
  onJoinVoice: () => void;
  onLeaveVoice: () => void;
  onHold: (held: boolean) => void;
  onAlwaysOn: (on: boolean) => void;
  onMute: (member: string, muted: boolean) => void;
  onQuietTitle: (on: boolean) => void;
};

type VoicePanelProps = VoiceCalls & { company: Company; voice: VoiceState; quietTitle: boolean };

/** To speak with the others: joining, talking, and whom to hear. */
export function VoicePanel({ company, voice, quietTitle, ...calls }: VoicePanelProps) {
  const texts = useFriendsTexts();
  const { voice: words } = texts;
  const others = company.members.filter((member) => member.voice && member.id !== company.you);
  return (
    <section aria-label={words.title}>
      <h2 className={styles.head}>{words.title}</h2>
      <output className={styles.hint}>
        {voice.is === "asking" ? words.asking : voice.is === "refused" ? words.refused : voice.is === "full" ? words.full : words.hint}
      </output>
      <div className={styles.buttons}>
        {voice.is === "on" ? (
          <>
            {!voice.alwaysOn && <HoldToTalk sending={voice.sending} onHold={calls.onHold} />}
            <Button kind="second" onPress={calls.onLeaveVoice}>
              {words.leave}
            </Button>
          </>
        ) : (
          <Button kind="second" onPress={calls.onJoinVoice} disabled={voice.is === "asking"}>
            {words.join}
          </Button>
        )}
      </div>
      <ul className={styles.list}>
        {others.map((member) => (
          <li key={member.id} className={styles.row}>
            <MemberName member={member} you={company.you} speaks={voice.speaking.has(member.id)} />
            <Button
              kind="second"
              pressed={voice.muted.has(member.id)}
              onPress={() => calls.onMute(member.id, !voice.muted.has(member.id))}
            >
              {words.mute(member.role === "owner" ? texts.owner : texts.guest(member.number))}
            </Button>
          </li>
        ))}
      </ul>
      <div className={styles.switches}>
        <Switch label={words.always} hint={words.alwaysHint} on={voice.alwaysOn} onSwitch={calls.onAlwaysOn} />
        <Switch label={words.quiet} hint={words.quietHint} on={quietTitle} onSwitch={calls.onQuietTitle} />
      </div>
    </section>
  );
}

/** Talks while it is held, by finger, mouse or the space bar on it. */
export function HoldToTalk({ sending, onHold }: { sending: boolean; onHold: (held: boolean) => void }) {
  const { voice } = useFriendsTexts();
  const key = (held: boolean) => (event: React.KeyboardEvent) => {
    if (event.code !== "Space" && event.code !== "Enter") return;
    event.preventDefault();
    if (!event.repeat) onHold(held);
  };
  return (
    <button
      type="button"
      className={styles.talk}
      aria-pressed={sending}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        onHold(true);
      }}
      onPointerUp={() => onHold(false)}
      onPointerCancel={() => onHold(false)}
      onKeyDown={key(true)}
      onKeyUp={key(false)}
      onBlur={() => onHold(false)}
      onContextMenu={(event) => event.preventDefault()}
    >
      <MicIcon />
      {voice.hold}
    </button>
  );
}
