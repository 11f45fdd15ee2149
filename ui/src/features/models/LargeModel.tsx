// The large model in one place: what it is, whether it runs here, and everything between here and having it.

import { For, Show, createMemo, createSignal, type JSX } from "solid-js";
import type { ModelFit, ModelView } from "../../backend";
import { Bar } from "../../components/Bar";
import { Button } from "../../components/Button";
import { Icon } from "../../components/Icon";
import { Link } from "../../components/Link";
import { t } from "../../i18n";
import { bytes, duration, list } from "../../lib/format";
import { useStudio } from "../../state/studio";
import { FitSign, fitName } from "../doctor/FitSign";
import { modelName, reasonText } from "../doctor/words";
import { licenceOf, type ModelCatalog } from "./catalog";
import { HubToken } from "./HubToken";
import "./LargeModel.css";

/** The large model. */
export function LargeModel(props: { catalog: ModelCatalog; fit: ModelFit | undefined }): JSX.Element {
  const studio = useStudio();
  const [isAsking, setAsking] = createSignal(false);
  const parts = () => props.catalog.large();
  const missing = createMemo(() => parts().filter((part) => part.state !== "whole"));
  const coming = createMemo(() => parts().filter((part) => part.state === "coming"));
  const sum = (models: readonly ModelView[], of: (model: ModelView) => number) =>
    models.reduce((all, model) => all + of(model), 0);
  const toFetch = () => sum(missing(), (part) => Math.max(0, part.download_bytes - part.here_bytes));
  const onDisk = () => sum(parts(), (part) => part.disk_bytes);
  const free = () => studio.status()?.free_bytes ?? null;
  const isTight = () => {
    const room = free();
    return room !== null && room < sum(missing(), (part) => Math.max(0, part.disk_bytes - part.here_bytes));
  };
  const licences = createMemo(() => [...new Set(missing().map((part) => part.licence.name))]);
  const open = createMemo(() =>
    licences().filter((name) =>
      missing().some((part) => part.licence.name === name && part.licence.accepted_unix_ms === null),
    ),
  );
  const gated = createMemo(() => missing().filter((part) => part.licence.gate !== "none"));

  async function get() {
    if (open().length > 0 || gated().length > 0) {
      if (!isAsking()) return void setAsking(true);
    }
    for (const part of missing()) {
      if (part.state !== "coming") await studio.act("models.pull", { id: part.id });
    }
    setAsking(false);
    await props.catalog.refresh();
  }
  const accept = async (under: readonly ModelView[]) => {
    for (const part of under) await studio.act("models.accept", { id: part.id });
    await props.catalog.refresh();
  };

  const rate = () => sum(coming(), (part) => part.progress?.bytes_per_second ?? 0);
  const left = () => (rate() > 0 ? toFetch() / rate() : null);
  const done = () => sum(parts(), (part) => Math.min(part.download_bytes, part.progress?.done_bytes ?? part.here_bytes));

  return (
    <article class="large-model">
      <div class="large-words">
        <h2>daVinci-MagiHuman · 15 B</h2>
        <p>{t("models.large_what")}</p>
        <p class="large-fit">
          <Show when={props.fit} fallback={t("models.fit_unknown")}>
            {(fit) => (
              <>
                <FitSign fit={fit().fit} />
                {fitName(fit().fit)}
                <Show when={fit().reasons[0]}>{(reason) => <span> · {reasonText(reason())}</span>}</Show>
              </>
            )}
          </Show>
        </p>
      </div>
      <div class="large-get">
        <Show
          when={missing().length > 0}
          fallback={
            <p class="large-ready">
              <Icon name="check" />
              {t("models.large_here")}
            </p>
          }
        >
          <Show
            when={coming().length > 0}
            fallback={
              <Show when={!isAsking()}>
                <Button kind="primary" size="large" icon="download" onClick={() => void get()}>
                  {t("models.get_large", { size: bytes(toFetch()) })}
                </Button>
              </Show>
            }
          >
            <div class="large-progress">
              <Bar value={done() / Math.max(1, sum(parts(), (part) => part.download_bytes))} label={t("models.coming")} />
              <small>
                {[
                  t("models.of", { done: bytes(done()), all: bytes(sum(parts(), (part) => part.download_bytes)) }),
                  rate() > 0 ? t("models.rate", { rate: bytes(rate()) }) : null,
                  left() === null ? null : t("queue.left", { time: duration(left() ?? 0) }),
                ]
                  .filter((part) => part !== null)
                  .join(" · ")}
              </small>
            </div>
          </Show>
          <small class="large-room">
            {t("models.room", { size: bytes(onDisk()) })}
            <Show when={free()}>{(room) => <> · {t("doctor.free", { size: bytes(room()) })}</>}</Show>
          </small>
          <Show when={isTight()}>
            <small class="large-tight" role="alert">
              {t("models.tight")}
            </small>
          </Show>
        </Show>
      </div>
      <Show when={isAsking() && missing().length > 0}>
        <div class="large-steps">
          <ol>
            <li>
              <h3>{t("models.step_licences")}</h3>
              <For each={licences()}>
                {(name) => {
                  const under = () => missing().filter((part) => part.licence.name === name);
                  const first = () => under()[0];
                  const isAccepted = () => under().every((part) => part.licence.accepted_unix_ms !== null);
                  return (
                    <div class="large-licence">
                      <div>
                        <Link href={first()?.licence.url ?? ""}>{name}</Link>{" "}
                        <span class="large-for">{list(under().map(modelName))}</span>
                        <Show when={first()}>{(part) => <small>{licenceOf(part())}</small>}</Show>
                      </div>
                      <Show
                        when={isAccepted()}
                        fallback={
                          <Button size="small" onClick={() => void accept(under())}>
                            {t("models.accept")}
                          </Button>
                        }
                      >
                        <span class="large-accepted">
                          <Icon name="check" size={14} />
                          {t("models.accepted")}
                        </span>
                      </Show>
                    </div>
                  );
                }}
              </For>
            </li>
            <Show when={gated().length > 0}>
              <li>
                <h3>{t("models.step_gates")}</h3>
                <p>{t("models.gate_how")}</p>
                <For each={gated()}>
                  {(part) => (
                    <p class="large-gate">
                      <Icon name="lock" size={14} />
                      <span>
                        {modelName(part)}:{" "}
                        {part.licence.gate === "manual" ? t("models.gate_manual") : t("models.gate_automatic")}{" "}
                        <Show when={part.page}>{(page) => <Link href={page()} />}</Show>
                      </span>
                    </p>
                  )}
                </For>
                <HubToken />
              </li>
            </Show>
            <li class="large-go">
              <Button kind="primary" icon="download" disabled={open().length > 0} onClick={() => void get()}>
                {t("models.get_large", { size: bytes(toFetch()) })}
              </Button>
              <Button kind="quiet" onClick={() => setAsking(false)}>
                {t("models.later")}
              </Button>
              <Show when={open().length > 0}>
                <small>{t("models.accept_first", { count: open().length })}</small>
              </Show>
            </li>
          </ol>
        </div>
      </Show>
    </article>
  );
}
