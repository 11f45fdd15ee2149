// What platforms lay over a vertical picture, so that words and faces stay clear of it. Data, not law: none of these
// numbers comes from a page that a platform keeps binding, and they change. In pixels of 1080 × 1920.

/** A platform's safe area. */
export interface Platform {
  id: string;
  /** Its name, which is the same in every language; null where it has none of its own. */
  name: string | null;
  /** How far its own signs reach in from each edge. */
  top: number;
  right: number;
  bottom: number;
  left: number;
  /** Where the numbers come from. */
  source: string;
  /** Whether a platform's own page gives them. */
  isVerified: boolean;
}

/** The size that the numbers are for. */
export const SAFE_AREA_SIZE = [1080, 1920] as const;

const TIKTOK = { top: 250, right: 170, bottom: 420, left: 60 };
const NOTHING_OFFICIAL = "nothing official was found; TikTok's numbers stand in";

/** All platforms, and the area that is safe on every one. */
export const PLATFORMS: readonly Platform[] = [
  { id: "everywhere", name: null, top: 270, right: 170, bottom: 672, left: 65, source: "the widest of all below", isVerified: false },
  { id: "douyin", name: "抖音 Douyin", ...TIKTOK, source: NOTHING_OFFICIAL, isVerified: false },
  { id: "tiktok", name: "TikTok", ...TIKTOK, source: "socaptions.com, 2026", isVerified: false },
  { id: "kuaishou", name: "快手 Kuaishou", ...TIKTOK, source: NOTHING_OFFICIAL, isVerified: false },
  { id: "xiaohongshu", name: "小红书 RED", ...TIKTOK, source: NOTHING_OFFICIAL, isVerified: false },
  { id: "channels", name: "视频号 Channels", ...TIKTOK, source: NOTHING_OFFICIAL, isVerified: false },
  { id: "reels", name: "Instagram Reels", top: 269, right: 65, bottom: 672, left: 65, source: "houseofmarketers.com, which quotes Meta's help pages", isVerified: false },
  { id: "shorts", name: "YouTube Shorts", ...TIKTOK, source: NOTHING_OFFICIAL, isVerified: false },
];

/** The safe area in parts of the picture's width and height. */
export function safeInset(platform: Platform): { top: number; right: number; bottom: number; left: number } {
  const [width, height] = SAFE_AREA_SIZE;
  return {
    top: platform.top / height,
    right: platform.right / width,
    bottom: platform.bottom / height,
    left: platform.left / width,
  };
}
