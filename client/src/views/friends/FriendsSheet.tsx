import { useState } from "react";
import { GUEST_ROLES, showCode, type GuestRole, type ShareView } from "@nearframe/shared/friends/roles";
import type { Company } from "../../friends/company.ts";
import type { VoiceState } from "../../friends/voice.ts";
import { invitePath } from "../../view-model/route.ts";
import { Button } from "../parts/Button.tsx";
import { Sheet } from "../parts/Sheet.tsx";
import { useTexts } from "../use-texts.ts";
import styles from "./Friends.module.css";
import { MemberName } from "./MemberName.tsx";
import { QrCode } from "./QrCode.tsx";
import { useFriendsTexts } from "./use-friends-texts.ts";
import { VoicePanel, type VoiceCalls } from "./VoicePanel.tsx";

export type FriendsSheetProps = VoiceCalls & {
  company: Company;
  voice: VoiceState;
  quietTitle: boolean;
  origin: string;
  /** What is being shown to others now. */
  shown: ShareView | undefined;
  failure: string | undefined;
  onShare: (role: GuestRole, pad?: number) => void;
  onShow: (share: ShareView | undefined) => void;
  onRevoke: (code: string) => void;
  onRemove: (guestId: string) => void;
  onClose: () => void;
};

/** Everybody in the session, the links that lead here, and a way to make more. For the session's player. */
export function FriendsSheet(props: FriendsSheetProps) {
  const { company, shown, failure, origin, onShare, onShow, onRevoke, onRemove, onClose } = props;
  const texts = useFriendsTexts();
  const { locale } = useTexts();
  const guests = company.members.filter(({ role }) => role !== "owner");
  const time = (ms: number) => new Date(ms).toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit" });
  return (
    <Sheet label={texts.title} onClose={onClose}>
      <h1 className={styles.title}>{texts.title}</h1>
      {shown ? (
        <Invitation share={shown} address={`${origin}${invitePath(shown.role, shown.code)}`} />
      ) : (
        <p className={styles.hint}>{texts.inviteHint}</p>
      )}
      <div className={styles.ways}>
        <Button kind="first" onPress={() => onShare("controller", 0)}>
          {texts.phone}
        </Button>
        {GUEST_ROLES.map((role) => (
          <button key={role} type="button" className={styles.way} onClick={() => onShare(role)}>
            <b>{texts.roles[role]}</b>
            <small>{texts.rolesHint[role]}</small>
          </button>
        ))}
      </div>
      {failure !== undefined && <p role="alert">{texts.failed(failure)}</p>}
      <h2 className={styles.head}>{texts.here}</h2>
      {guests.length === 0 && <p className={styles.hint}>{texts.nobody}</p>}
      <ul className={styles.list}>
        {guests.map((member) => (
          <li key={member.id} className={styles.row}>
            <MemberName member={member} you={company.you} speaks={props.voice.speaking.has(member.id)} />
            <Button kind="second" label={texts.removeWho(texts.guest(member.number))} onPress={() => onRemove(member.id)}>
              {texts.remove}
            </Button>
          </li>
        ))}
      </ul>
      {company.shares.length > 0 && <h2 className={styles.head}>{texts.links}</h2>}
      <ul className={styles.list}>
        {company.shares.map((share) => {
          const role = texts.roles[share.role];
          const code = showCode(share.code);
          return (
            <li key={share.code} className={styles.row}>
              <span>
                {role} <code>{code}</code>
                <small>{texts.until(time(share.expiresAtMs))}</small>
              </span>
              <span className={styles.buttons}>
                <Button kind="quiet" label={texts.showOf(role, code)} onPress={() => onShow(share)}>
                  {texts.show}
                </Button>
                <Button kind="second" label={texts.revokeOf(role, code)} onPress={() => onRevoke(share.code)}>
                  {texts.revoke}
                </Button>
              </span>
            </li>
          );
        })}
      </ul>
      <VoicePanel {...props} />
    </Sheet>
  );
}

function Invitation({ share, address }: { share: ShareView; address: string }) {
  const texts = useFriendsTexts();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(address);
      setCopied(true);
    } catch (error) {
      // Refused where the page is not secure: the address stands there to be copied by hand.
      console.info("nearframe: the link was not copied:", error);
    }
  };
  return (
    <section className={styles.invitation} aria-label={texts.roles[share.role]}>
      <QrCode text={address} label={texts.qr(address)} />
      <div>
        <h2>{texts.roles[share.role]}</h2>
        {share.role === "controller" && <p className={styles.hint}>{texts.phoneHint}</p>}
        <p className={styles.code}>{showCode(share.code)}</p>
        <p className={styles.address}>{address}</p>
        {onlyHere(address) && <p className={styles.hint}>{texts.onlyHere}</p>}
        <span className={styles.buttons}>
          <Button kind="second" onPress={() => void copy()}>
            {copied ? texts.copied : texts.copy}
          </Button>
          {"share" in navigator && (
            <Button kind="second" onPress={() => void navigator.share({ url: address }).catch(() => undefined)}>
              {texts.send}
            </Button>
          )}
        </span>
      </div>
    </section>
  );
}

/** An address by which other devices find themselves. */
const onlyHere = (address: string) => /^(localhost|127\.|\[::1\])/.test(new URL(address).hostname);
