import type { Member } from "@nearframe/shared/friends/roles";
import styles from "./Friends.module.css";
import { useFriendsTexts } from "./use-friends-texts.ts";

export function MemberName({ member, you, speaks }: { member: Member; you: string; speaks: boolean }) {
  const texts = useFriendsTexts();
  const { id, role, number, pad, connected } = member;
  const name = id === you ? texts.you : role === "owner" ? texts.owner : texts.guest(number);
  return (
    <span className={styles.member} data-speaks={speaks} data-away={!connected}>
      <b>{name}</b>
      <small>
        {role !== "owner" && `${texts.roles[role]}${pad === undefined ? "" : ` · ${texts.pad(pad + 1)}`}`}
        {!connected && ` · ${texts.away}`}
        {speaks && ` · ${texts.voice.speaks}`}
      </small>
    </span>
  );
}
