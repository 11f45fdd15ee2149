// The token that opens gates: where it lies, a field to give one, a button to forget it. What it is, nobody is told.

import { Match, Show, Switch, createResource, createSignal, type JSX } from "solid-js";
import { Button } from "../../components/Button";
import { Field } from "../../components/Field";
import { Icon } from "../../components/Icon";
import { Link } from "../../components/Link";
import { TextInput } from "../../components/TextInput";
import { t } from "../../i18n";
import { problemText } from "../../i18n/problem";
import { useStudio } from "../../state/studio";
import "./HubToken.css";

/** The token that opens gates. */
export function HubToken(): JSX.Element {
  const studio = useStudio();
  const [found, { mutate }] = createResource(() => studio.backend.call("models.token", {}).catch(() => undefined));
  const [typed, setTyped] = createSignal("");
  const [problem, setProblem] = createSignal<string | null>(null);
  const site = () => found()?.site.replace(/^https:\/\//, "") ?? "";

  async function set(token: string | null) {
    setProblem(null);
    try {
      mutate(await studio.backend.call("models.set_token", { token }));
    } catch (error) {
      setProblem(problemText(error));
    }
    // Kept or not, it does not stay on the screen.
    setTyped("");
  }

  return (
    <Show when={found()}>
      {(token) => (
        <div class="hub-token">
          <Switch>
            <Match when={token().place === "keychain"}>
              <p class="hub-token-here">
                <Icon name="check" size={14} />
                {t("token.in_keychain", { site: site() })}
                <Button kind="quiet" size="small" icon="trash" onClick={() => void set(null)}>
                  {t("token.forget")}
                </Button>
              </p>
            </Match>
            <Match when={token().place === "environment"}>
              <p class="hub-token-here">
                <Icon name="check" size={14} />
                {t("token.in_environment", { site: site() })}
              </p>
            </Match>
            <Match when={token().place === "file"}>
              <p class="hub-token-here">
                <Icon name="check" size={14} />
                {t("token.in_file", { site: site(), file: token().file ?? "" })}
              </p>
            </Match>
          </Switch>
          <form
            class="hub-token-form"
            onSubmit={(event) => {
              event.preventDefault();
              if (typed().trim() !== "") void set(typed());
            }}
          >
            <Field
              label={t(token().place === null ? "token.give" : "token.replace")}
              hint={token().keychain_trouble === null ? t("token.hint", { site: site() }) : t("token.no_keychain")}
              error={problem()}
            >
              {(ids) => (
                <div class="hub-token-line">
                  <TextInput
                    id={ids.id}
                    aria-describedby={ids.describedBy}
                    type="password"
                    placeholder="hf_…"
                    value={typed()}
                    onInput={(event) => setTyped(event.currentTarget.value)}
                  />
                  <Button type="submit" disabled={typed().trim() === ""}>
                    {t("token.keep")}
                  </Button>
                  <Link href={token().page}>{t("token.make")}</Link>
                </div>
              )}
            </Field>
          </form>
        </div>
      )}
    </Show>
  );
}
