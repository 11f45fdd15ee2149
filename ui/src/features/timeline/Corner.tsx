// What is beside the ruler: the tool in hand, snapping, and the zoom.

import type { JSX } from "solid-js";
import { Button } from "../../components/Button";
import type { IconName } from "../../components/Icon";
import { openMenu } from "../../components/Menu";
import { t, type Key } from "../../i18n";
import { run } from "../../state/commands";
import { keyOf } from "../keyboard/keyboard";
import { useTimeline, type Tool } from "./model";

const TOOLS: readonly { tool: Tool; icon: IconName; title: Key }[] = [
  { tool: "select", icon: "pointer", title: "command.timeline.tool_select" },
  { tool: "blade", icon: "blade", title: "command.timeline.tool_blade" },
  { tool: "roll", icon: "roll", title: "command.timeline.tool_roll" },
  { tool: "slip", icon: "slip", title: "command.timeline.tool_slip" },
];

const withKey = (title: Key, command: string) => {
  const key = keyOf(command);
  return key === undefined ? t(title) : `${t(title)}\t${key}`;
};

/** What is beside the ruler. */
export function Corner(): JSX.Element {
  const model = useTimeline();
  const inHand = () => TOOLS.find((one) => one.tool === model.tool()) ?? TOOLS[0];
  let tools: HTMLSpanElement | undefined;

  function pickTool() {
    if (!tools) return;
    const entries = TOOLS.map(({ tool, icon, title }) => {
      const hint = keyOf(`timeline.tool_${tool}`);
      return {
        label: t(title),
        icon,
        checked: model.tool() === tool,
        run: () => void model.setTool(tool),
        ...(hint !== undefined && { hint }),
      };
    });
    openMenu(tools, entries, t("timeline.tools"));
  }

  return (
    <>
      <span class="corner-tool" ref={(element) => (tools = element)}>
        <Button
          kind="quiet"
          size="small"
          icon={inHand()?.icon}
          label={t("timeline.tools")}
          pressed={model.tool() !== "select"}
          aria-haspopup="menu"
          onClick={pickTool}
        />
      </span>
      <Button
        kind="quiet"
        size="small"
        icon="magnet"
        label={t("command.timeline.snap")}
        data-tip={withKey("command.timeline.snap", "timeline.snap")}
        pressed={model.snapping()}
        onClick={() => model.setSnapping((now) => !now)}
      />
      <Button
        kind="quiet"
        size="small"
        icon="minus"
        label={t("command.timeline.zoom_out")}
        data-tip={withKey("command.timeline.zoom_out", "timeline.zoom_out")}
        onClick={() => void run("timeline.zoom_out")}
      />
      <Button
        kind="quiet"
        size="small"
        icon="plus"
        label={t("command.timeline.zoom_in")}
        data-tip={withKey("command.timeline.zoom_in", "timeline.zoom_in")}
        onClick={() => void run("timeline.zoom_in")}
      />
    </>
  );
}
