// Card, memory, disk, processor: four facts.

import { Show, type JSX } from "solid-js";
import type { MachineReport } from "../../backend";
import { Icon, type IconName } from "../../components/Icon";
import { t } from "../../i18n";
import { bytes, memory } from "../../lib/format";
import "./MachineFacts.css";

const LOW_DISK_BYTES = 20e9;

/** Card, memory, disk, processor. */
export function MachineFacts(props: { report: MachineReport }): JSX.Element {
  const machine = () => props.report.machine;
  const card = () => machine().cards[0];
  const others = () => machine().cards.length - 1;
  const cardDetail = () => {
    const found = card();
    if (!found) return t("doctor.no_card_why");
    if (!machine().driver) return t("doctor.no_driver");
    return [
      found.vram_bytes === null ? null : memory(found.vram_bytes),
      t("doctor.driver", { version: machine().driver ?? "" }),
      others() > 0 ? t("doctor.other_cards", { count: others() }) : null,
    ]
      .filter((part) => part !== null)
      .join(" · ");
  };
  const disk = () => props.report.disk;
  const readRate = () => {
    const test = disk().test;
    return test.state === "measured" ? test.read_bytes_per_second : null;
  };
  return (
    <div class="machine">
      <Fact
        icon="film"
        name={t("doctor.card")}
        value={card()?.name ?? t("doctor.no_card")}
        detail={cardDetail()}
        tone={card() && machine().driver ? "good" : "plain"}
      />
      <Fact
        icon="shield"
        name={t("doctor.memory")}
        value={machine().ram_bytes === null ? "–" : memory(machine().ram_bytes ?? 0)}
        detail={
          machine().ram_available_bytes === null
            ? ""
            : t("doctor.free", { size: memory(machine().ram_available_bytes ?? 0) })
        }
        tone="good"
      />
      <Fact
        icon="folder"
        name={t("doctor.disk")}
        value={disk().free_bytes === null ? "–" : t("doctor.free", { size: bytes(disk().free_bytes ?? 0) })}
        detail={readRate() ? t("doctor.read_rate", { rate: bytes(readRate() ?? 0) }) : ""}
        tone={(disk().free_bytes ?? LOW_DISK_BYTES) < LOW_DISK_BYTES ? "bad" : "good"}
      />
      <Fact
        icon="chip"
        name={t("doctor.cpu")}
        value={machine().cpu ?? machine().system}
        detail={[t("doctor.threads", { count: machine().threads }), machine().vector.at(-1)]
          .filter((part) => part !== undefined)
          .join(" · ")}
        tone="good"
      />
    </div>
  );
}

function Fact(props: {
  icon: IconName;
  name: string;
  value: string;
  detail: string;
  tone: "good" | "bad" | "plain";
}): JSX.Element {
  return (
    <div class={`machine-fact machine-${props.tone}`}>
      <Icon name={props.icon} />
      <div>
        <small>{props.name}</small>
        <div class="machine-value">{props.value}</div>
        <Show when={props.detail}>
          <small>{props.detail}</small>
        </Show>
      </div>
    </div>
  );
}
