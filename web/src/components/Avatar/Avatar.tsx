import { useState } from "preact/hooks";

import { Icon } from "../Icon/Icon";
import "./Avatar.css";

/** The bot's picture, or the page's own sign where there is none or it does not load. It only decorates. */
export function Avatar({ picture, size }: { picture: string; size: "small" | "medium" | "large" }) {
  const [broken, setBroken] = useState("");
  const shown = picture !== "" && picture !== broken;
  return (
    <span class={`avatar avatar--${size}`} aria-hidden="true">
      {shown ? (
        <img
          src={picture}
          alt=""
          onError={() => {
            setBroken(picture);
          }}
        />
      ) : (
        <Icon name="bot" size={size === "large" ? 34 : size === "medium" ? 22 : 18} />
      )}
    </span>
  );
}
