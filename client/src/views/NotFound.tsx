import { Button } from "./parts/Button.tsx";
import { Wordmark } from "./parts/Mark.tsx";
import styles from "./NotFound.module.css";
import { useTexts } from "./use-texts.ts";

export function NotFound({ path, onHome }: { path: string; onHome: () => void }) {
  const { notFound } = useTexts();
  return (
    <main className={styles.page}>
      <Wordmark />
      <h1 className={styles.title}>{notFound.title}</h1>
      <p className={styles.happened}>{notFound.happened(path)}</p>
      <Button kind="first" onPress={onHome}>
        {notFound.toTitles}
      </Button>
    </main>
  );
}
