"""Parts of the stages that a mistake would spoil in silence: `python -m unittest train.stages.test_stages` in `models/pony`."""

from __future__ import annotations

import tempfile
import unittest
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from ..codecs.anchor import Anchor, Halving, cut, fit_blocks
from ..codecs.clips import Clip
from ..codecs.export import in_8_bits, read_back
from ..codecs.oobleck import decoder, encoder
from ..codecs.pictures import shrunk
from ..codecs.sound_anchor import SoundAnalysis, SoundAnchor, fit
from ..codecs.turbo_decoder import TurboDecoder
from ..codecs.wan_encoder import WanEncoder
from ..text.tokenizer import train_on
from ..transformer.dit import Dit, DitConfig, positions
from ..voices.clip import Said, Script
from ..voices.grammar import Line, is_held_out
from . import pack, published
from .astray import mouths_astray
from .draw import FRAMES, MOUTH_WEIGHT, RUN, STEP, WHOLE, crop_of, excerpted, mouth_weight, pictures_of, planned, shoot
from .flow import FACE_WEIGHT, HALF, Batch, Record, add_noise, distance, draw_batch, half, with_faces
from .pack import rounding, stored
from .parts import join, split
from .sizes import LIMIT_BYTES, RATE, full, is_int8, networks, stored_bytes, trial
from .sound import Ring
from .theatre import voice_of
from .training import new_model
from .upscale import ASTRAY, KEPT, NOISE_LEVEL, Upscaler, ask, draft_mouths, enlarged, redrawn

CARDS = "train.stages.cards"


def record(said: tuple[Said, ...] = ()) -> Record:
    rng = np.random.default_rng(0)
    z = rng.standard_normal((48, WHOLE, 4, 6)).astype(np.float16)
    audio = rng.standard_normal((FRAMES, 64)).astype(np.float16)
    return Record(1, "16:9", "A card.", False, Script(said, "wind", 3), np.arange(WHOLE, dtype=np.int16), z, audio, np.ones((WHOLE, 4, 6), np.float16))


def said(start: float, end: float) -> Said:
    return Said(Line("English", "Hello!", "Hello!"), "man", start, end)


def unread(video: torch.Tensor) -> Batch:
    """A batch of these latents [b, 48, t, h, w] with some sound, whose prompts are four words of no meaning."""
    b, _, *places = video.shape
    words = torch.zeros(b, 4, dtype=torch.long), torch.ones(b, 4, dtype=torch.bool)
    return Batch(video, torch.randn(b, 9, 64), torch.ones(b, *places), torch.zeros(b, dtype=torch.bool), *words, [""] * b)


class Blank(Dit):
    """A network with an input skip that finds nothing but zeros, and keeps what it was shown in `seen`."""

    def __init__(self, config: DitConfig, seen: list[torch.Tensor]) -> None:
        super().__init__(config)
        self.seen = seen

    def forward(self, mixed: torch.Tensor, sound: torch.Tensor, *_: object, **__: object) -> tuple[torch.Tensor, torch.Tensor]:
        self.seen.append(mixed)
        return mixed, sound


class Sizes(unittest.TestCase):
    def test_the_files_fit(self) -> None:
        self.assertLess(sum(stored_bytes(n) for n in networks(full()).values()), LIMIT_BYTES - 50_000)

    def test_sounds_have_a_latent_for_each_frame(self) -> None:
        for sizes in (full(), trial()):
            self.assertEqual(sizes.audio.downsampling() * 25, RATE)
            with torch.device("meta"):
                latents = encoder(sizes.audio)(torch.zeros(1, 1, FRAMES * RATE // 25))
                samples = decoder(sizes.audio)(torch.zeros(1, 64, FRAMES))
            self.assertEqual(tuple(latents.shape), (1, 128, FRAMES))
            self.assertEqual(tuple(samples.shape), (1, 1, FRAMES * RATE // 25))

    def test_pictures_divide_into_tokens(self) -> None:
        for sizes in (full(), trial()):
            for height, width in sizes.pictures.values():
                self.assertEqual((height % 32, width % 32), (0, 0))


class Analysis(unittest.TestCase):
    def test_a_tone_stands_in_its_band_at_any_rate(self) -> None:
        for rate in (12_800, 16_000):
            t = torch.arange(rate * 40 // 25) / rate
            levels = SoundAnalysis(rate)(0.3 * torch.sin(2 * np.pi * 500 * t)[None])[0, 20, :40]
            self.assertEqual(int(levels.argmax()), 18)  # bands every 25 Hz from 50 Hz on

    def test_a_base_gives_64_numbers_a_frame(self) -> None:
        base = fit([np.random.default_rng(0).standard_normal(640 * 50).astype(np.float32) * 0.1 for _ in range(3)])
        self.assertEqual((base.analysis.frame, base.encode_track(np.zeros(640 * 7, np.float32)).shape), (640, (7, 64)))


class Sounds(unittest.TestCase):
    def test_a_ring_keeps_the_last(self) -> None:
        ring = Ring(5)
        for value in range(4):
            ring.add(np.full((2, 3), value, np.int16))
        self.assertEqual(sorted(ring.all[:, 0].tolist()), [1, 2, 2, 3, 3])


class Drawing(unittest.TestCase):
    def test_a_number_is_always_the_same_clip(self) -> None:
        (a, one, x), (b, two, y) = shoot(5, trial(), CARDS), shoot(5, trial(), CARDS)
        self.assertEqual(a, b)
        np.testing.assert_array_equal(one.frames, two.frames)
        np.testing.assert_array_equal(x.stereo, y.stereo)

    def test_held_out_clips_say_held_out_lines(self) -> None:
        for number in (40, 80, 120):
            sound = shoot(number, trial(), CARDS)[2]
            self.assertTrue(all(is_held_out(s.line) for s in sound.script.said))

    def test_words_for_voices(self) -> None:
        for words, want in (("Young woman", "woman"), ("Old man", "old man"), ("Boy", "boy"), ("Robot", "robot"), ("Owl", "")):
            self.assertEqual(voice_of(words), want)

    def test_crops_hold_their_mouth(self) -> None:
        _, shot, _ = shoot(3, trial(), CARDS)
        for seed in range(8):
            frames, box = crop_of(shot, np.random.default_rng(seed))
            self.assertEqual(frames.shape[0], 17)
            if box[0] >= 0:
                self.assertTrue(0 <= box[0] < box[1] <= frames.shape[1] and 0 <= box[2] < box[3] <= frames.shape[2])

    def test_the_mouth_counts_where_it_is(self) -> None:
        boxes = np.full((FRAMES, 4), -1)
        boxes[40:] = (33, 47, 65, 79)
        weight = mouth_weight(boxes, 96, 128)
        self.assertEqual(weight.shape, (WHOLE, 6, 8))
        self.assertEqual(float(np.ptp(weight[0])), 0.0)
        self.assertEqual(np.unravel_index(weight[20].argmax(), (6, 8)), (2, 4))

    def test_a_face_counts_around_its_mouth(self) -> None:
        boxes = np.full((FRAMES, 4), -1)
        boxes[40:] = (81, 95, 50, 78)  # row 5, columns 3 and 4
        weight = with_faces(mouth_weight(boxes, 160, 128).astype(np.float16))
        self.assertLess(float(weight[0].std()), 1e-6)
        cells = weight[20] / weight[20].min()
        np.testing.assert_allclose([cells[5, 3], cells[5, 2], cells[2, 3], cells[1, 3], cells[7, 3]], [MOUTH_WEIGHT, FACE_WEIGHT, FACE_WEIGHT, 1, 1])
        self.assertAlmostEqual(float(weight.mean()), 1.0, 5)

    def test_an_excerpt_is_what_the_clip_shows_there(self) -> None:
        rng = np.random.default_rng(0)
        base = fit_blocks(rng.standard_normal((200, 3072)).astype(np.float32), np.ones(200, np.float32))
        for source in (CARDS, "train.stages.theatre"):
            number = next(n for n in range(9) if source == CARDS or planned(n, source)[0].scene.picture)
            frames = excerpted(number)
            self.assertEqual((frames[0], len(frames), frames[-1] - frames[1]), (0, 1 + RUN, RUN - 1))
            (_, whole, _), (_, part, _) = (shoot(number, trial(), source, only) for only in (None, pictures_of(frames)))
            np.testing.assert_array_equal(base.project(part.frames), base.project(whole.frames)[:, frames])
            weights = [mouth_weight(s.mouth_boxes, *s.frames.shape[1:3]) for s in (part, whole)]
            np.testing.assert_allclose(weights[0] / weights[0].max(), weights[1][frames] / weights[1][frames].max(), rtol=1e-6)


class Drafts(unittest.TestCase):
    def test_latents_are_halved_as_their_pictures_are(self) -> None:
        rng = np.random.default_rng(0)
        base = fit_blocks(rng.standard_normal((200, 3072)).astype(np.float32), np.ones(200, np.float32))
        z = 0.2 * rng.standard_normal((48, 3, 4, 6)).astype(np.float32)
        small = base.unproject(z).reshape(9, 32, 2, 48, 2, 3).mean((2, 4))
        want = ((cut(small) - base.mean) @ base.project_matrix).transpose(3, 0, 1, 2)
        halving = Halving(base)
        np.testing.assert_allclose(halving(z)[:, 1:], want[:, 1:], atol=1e-4)  # the first picture is averaged when it is shown
        np.testing.assert_array_equal(halving(np.stack([z, z]))[1], halving(z))

    def test_what_is_enlarged_keeps_its_corners(self) -> None:
        draft = torch.randn(2, 3, 2, 4, 6)
        large = enlarged(draft, 8, 12)
        torch.testing.assert_close(large[..., ::7, ::11], draft[..., ::3, ::5])
        torch.testing.assert_close(large[1, 2, 1], enlarged(draft[1:, 2:, 1:], 8, 12)[0, 0, 0])

    def test_the_noise_is_that_of_a_released_level(self) -> None:
        roots = np.linspace(0.00085**0.5, 0.0120**0.5, 1000)  # Stable Diffusion's levels, scaled to end at no signal
        kept = np.cumprod(1 - roots**2) ** 0.5
        self.assertAlmostEqual((kept[NOISE_LEVEL] - kept[-1]) * kept[0] / (kept[0] - kept[-1]), KEPT, 3)

    def test_an_upscaler_that_is_right_loses_nothing(self) -> None:
        torch.manual_seed(0)
        nothing = torch.zeros(8, 48, 3, 4, 4)
        batch = unread(nothing)
        # Where all is zero what comes in is noise times its level, and so is what is wanted of a network that has an input skip.
        seen: list[torch.Tensor] = []
        asked = ask(Blank(trial().upscaler, seen), batch, nothing[..., ::2, ::2], torch.zeros(8, 4, 8), torch.arange(8) < 3)
        level = seen[0][:, :, 1:].std() / (1 - KEPT**2) ** 0.5
        self.assertTrue(0.3 < float(level) <= 1.0 and float(asked.loss) < 1e-9, (level, asked.loss))
        self.assertEqual((seen[0][:, :, 0].flatten(1) == 0).all(1).tolist(), [True] * 3 + [False] * 5)

    def test_most_drafts_come_with_the_faults_of_their_network(self) -> None:
        torch.manual_seed(0)
        drawn, given = torch.ones(64, 48, 3, 2, 2), torch.arange(64) < 20
        faulty = redrawn(Blank(trial().dit, []), unread(drawn), drawn, torch.zeros(64, 4, 8), given).mean((1, 3, 4))
        exact = faulty[:, 1] == 1
        self.assertTrue(0 < int(exact.sum()) < 32)
        self.assertTrue((faulty[exact | given, 0] == 1).all())
        self.assertLess(float(faulty[~exact, 1:].abs().max()), 1e-5)
        self.assertLess(float(faulty[~exact & ~given].abs().max()), 1e-5)

    def test_mouths_go_astray_in_time_alone(self) -> None:
        torch.manual_seed(0)
        drawn = torch.arange(7.0).expand(200, 48, 4, 3, 7).movedim(-1, 2).clone()  # each frame holds its number
        weight = torch.ones(200, 7, 8, 6)
        weight[:, :, 5, 3] = MOUTH_WEIGHT  # of which the draft has cell (2, 1)
        got = mouths_astray(drawn, draft_mouths(weight), ASTRAY)
        mouths = got[:, 0, :, 2, 1].clone()
        got[..., 2, 1] = drawn[..., 2, 1]
        torch.testing.assert_close(got, drawn)
        self.assertTrue((mouths[:, 0] == 0).all())
        self.assertTrue((mouths >= 0).all() and (mouths <= 6).all())
        straight = (mouths == torch.arange(7)).all(1)
        steps = mouths[:, 1:].diff(dim=1)  # of a mouth that moves less, as far as the time that it is drawn to is one
        less = (steps - steps[:, :1]).abs().amax(1) < 1e-5
        less &= steps[:, 0] < 0.999
        self.assertTrue(8 < int(straight.sum()) < 40 and 65 < int(less.sum()) < 120, (straight.sum(), less.sum()))
        torch.testing.assert_close(mouths_astray(drawn, draft_mouths(torch.ones_like(weight)), ASTRAY), drawn)

    def test_an_upscaler_spreads_its_text(self) -> None:
        places = positions((2, 4, 6), 9, 5, torch.device("cpu"), None, torch.tensor([5, 3]))
        self.assertEqual(places[:, -5:, 0].tolist(), [[0, 0.25, 0.5, 0.75, 1], [0, 0.5, 1, 1.5, 2]])
        torch.testing.assert_close(places[1, :-5], positions((2, 4, 6), 9, 5, torch.device("cpu"))[0, :-5])

    def test_a_shrunk_clip_has_its_mouth_at_half_its_place(self) -> None:
        frames = np.zeros((2, 8, 8, 3), np.uint8)
        frames[:, 4:6, 2:4] = 200
        clip = shrunk(Clip(frames, (4, 6, 2, 4)))
        self.assertEqual((clip.frames.shape, clip.mouth_box), ((2, 4, 4, 3), (2, 3, 1, 2)))
        self.assertEqual((int(clip.frames[0, 2, 1, 0]), int(clip.frames.sum())), (200, 2 * 3 * 200))


class Windows(unittest.TestCase):
    def test_a_prompt_names_what_is_said_in_the_first_half(self) -> None:
        r = record((said(0.1, 1.2), said(2.5, 3.6)))
        first = half(r)
        assert first is not None
        self.assertEqual(first.script.said, (r.script.said[0],))
        self.assertEqual((first.video.shape[1], len(first.audio), len(first.frames)), (HALF, (HALF - 1) * STEP + 1, HALF))
        self.assertIsNone(half(record((said(1.5, 2.8),))))

    def test_a_batch_holds_clips_their_halves_or_excerpts(self) -> None:
        words, rng = train_on(["A card. wind"], 300), np.random.default_rng(0)
        clips = [record(), record((said(1.5, 2.8),))]
        for share, length in ((0.0, WHOLE), (1.0, HALF)):
            batch = draw_batch(clips, 100, share, words, 40, False, rng)
            self.assertEqual((batch.video.shape[2], batch.audio.shape[1]), (length, (length - 1) * STEP + 1))
        frames = np.array(excerpted(3), np.int16)
        part = replace(clips[0], frames=frames, video=clips[0].video[:, frames], weight=clips[0].weight[frames])
        batch = draw_batch([part], 100, 1.0, words, 40, False, rng)
        self.assertEqual((batch.video.shape[2], batch.audio.shape[1]), (1 + RUN, FRAMES))
        assert batch.frames is not None
        self.assertEqual(batch.frames[0].tolist(), excerpted(3))

    def test_what_is_given_has_no_noise_and_no_loss(self) -> None:
        torch.manual_seed(0)
        b = 64
        batch = Batch(torch.randn(b, 48, 3, 2, 2), torch.randn(b, 9, 64), torch.ones(b, 3, 2, 2), torch.zeros(b, dtype=torch.bool),
                      torch.zeros(b, 4, dtype=torch.long), torch.ones(b, 4, dtype=torch.bool), [""] * b)
        noised = add_noise(batch, torch.full((b,), 0.7))
        given, silent = noised.sigma_video[:, 0] == 0, noised.sigma_audio == 0
        self.assertTrue(0.2 < given.float().mean() < 0.6 and 0.1 < silent.float().mean() < 0.5)
        torch.testing.assert_close(noised.video[given, :, 0], batch.video[given, :, 0])
        torch.testing.assert_close(noised.audio[silent], batch.audio[silent])
        # With the true velocity the clean latents come back, and the loss is nought.
        back = noised.video - noised.sigma_video[:, None, :, None, None] * noised.want_video
        torch.testing.assert_close(back, batch.video, atol=1e-5, rtol=1e-5)
        self.assertEqual([float(x) for x in distance((noised.want_video, noised.want_audio), noised, batch.weight)], [0.0, 0.0])
        wrong = noised.want_video.clone()
        wrong[given, :, 0] += 5
        self.assertEqual(float(distance((wrong, noised.want_audio), noised, batch.weight)[0]), 0.0)


class Files(unittest.TestCase):
    def test_8_bits_are_read_back(self) -> None:
        torch.manual_seed(0)
        matrix = torch.randn(7, 40) * torch.logspace(-3, 2, 7)[:, None]
        matrix[3] = 0
        whole, scale = in_8_bits(matrix)
        self.assertEqual((whole.dtype, tuple(scale.shape)), (torch.int8, (7, 1)))
        error = (whole.float() * scale - matrix).abs().amax(1)
        self.assertTrue((error <= scale[:, 0] * 0.5 + 1e-9).all())

    def test_stored_networks_answer_nearly_the_same(self) -> None:
        torch.manual_seed(0)
        dit = Dit(trial().dit)
        for p in dit.parameters():  # what starts at zero would hide every error
            torch.nn.init.normal_(p, std=p.shape[-1] ** -0.5 if p.ndim > 1 else 0.02)
        files = stored(dit.state_dict())
        self.assertEqual({n for n in files if files[n].dtype == torch.int8}, {n for n, t in dit.state_dict().items() if is_int8(n, t)})
        self.assertEqual(set(read_back(files)), set(dit.state_dict()))
        self.assertLess(rounding(trial(), dit.state_dict(), read_back(files)), 0.03)

    def test_the_size_of_a_file_is_known_before_it_is_made(self) -> None:
        model = new_model(trial())
        for network in (model.dit, model.text):
            made = sum(t.numel() * t.element_size() for n, t in stored(network.state_dict()).items() if not n.endswith("rope.bands"))
            self.assertEqual(made, stored_bytes(network))

    def test_a_state_travels_in_pieces(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            work, out, there = (Path(name) / x for x in ("work", "out", "there"))
            work.mkdir()
            weights = {"a": torch.randn(1000, 300), "dit.adapter.rope.bands": torch.rand(8)}
            state = {"model": weights, "average": weights, "step": 7, "spent": 3.5, "optimizers": [{"state": {}}]}
            torch.save(state, work / "joint.pt")
            (work / "tokenizer.json").write_text("{}")
            paths = split(work, out)
            self.assertTrue(all(p.stat().st_size < 16 * 2**20 for p in paths))
            join(out, there)
            got = torch.load(there / "joint.pt", weights_only=True)
            self.assertEqual((got["step"], got["spent"]), (7, 3.5))
            torch.testing.assert_close(got["average"]["a"], weights["a"], atol=1e-3, rtol=1e-3)
            torch.testing.assert_close(got["average"]["dit.adapter.rope.bands"], weights["dit.adapter.rope.bands"])
            paths[0].write_bytes(paths[0].read_bytes()[:-1])
            self.assertRaises(SystemExit, join, out, there)

    def test_training_goes_on_from_a_published_folder(self) -> None:
        sizes = trial()
        with tempfile.TemporaryDirectory() as name:
            work, model, there = (Path(name) / x for x in ("work", "model", "there"))
            work.mkdir()
            torch.manual_seed(0)
            pony, upscaler = new_model(sizes).state_dict(), Upscaler(sizes).state_dict()
            picture = WanEncoder(sizes.encoder).state_dict()
            torch.save({"average": pony}, work / "joint.pt")
            torch.save({"average": upscaler}, work / "upscaler.pt")
            torch.save(picture, work / "wan_encoder.pt")
            torch.save(TurboDecoder(sizes.decoder).state_dict(), work / "turbo_decoder.pt")
            for half_of, network in (("encoder", encoder), ("decoder", decoder)):
                torch.save({"average": network(sizes.audio).state_dict()}, work / f"audio_{half_of}.pt")
            (work / "tokenizer.json").write_text('{"a": "一"}')
            rng = np.random.default_rng(0)
            base = fit_blocks(rng.standard_normal((200, 3072)).astype(np.float32), np.ones(200, np.float32))
            base.save(work / "pca.npz")
            fit([rng.standard_normal(640 * 50).astype(np.float32)]).save(work / "sound_pca.npz")
            self.assertLess(pack.write(work, model, sizes)[1], 0.05)
            self.assertLess(published.keep(work, model), 400_000)
            published.take(model, there)

            state = torch.load(there / "joint.pt", weights_only=True)
            self.assertEqual(state["average"].keys(), pony.keys())
            for key, tensor in pony.items():
                torch.testing.assert_close(state["average"][key], tensor, atol=0.01 * float(tensor.abs().max()), rtol=0)
            for half_of in ("encoder", "decoder"):
                names = [set(torch.load(folder / f"audio_{half_of}.pt", weights_only=True)["average"]) for folder in (work, there)]
                self.assertEqual(*names)
            found = torch.load(there / "wan_encoder.pt", weights_only=True)
            means = picture["conv1.weight"][: sizes.encoder.z_dim]
            torch.testing.assert_close(found["conv1.weight"][: sizes.encoder.z_dim], means, atol=0.01 * float(means.abs().max()), rtol=0)
            frames = rng.integers(0, 255, (5, 16, 16, 3), np.uint8)
            np.testing.assert_allclose(Anchor.load(there / "pca.npz").project(frames), base.project(frames), atol=0.02)
            self.assertEqual((there / "tokenizer.json").read_text(), '{"a": "一"}')
            self.assertEqual(SoundAnchor.load(there / "sound_pca.npz").rate, RATE)
            # What was taken is complete: it makes a folder again, guided as before or a student as before.
            again = Path(name) / "again"
            pack.write(there, again, sizes)
            self.assertTrue(pack.is_guided(again))
            torch.save({"average": pony}, work / "distilled.pt")
            pack.write(work, model, sizes)
            published.take(model, there)
            pack.write(there, again, sizes)
            self.assertFalse(pack.is_guided(again))


if __name__ == "__main__":
    unittest.main()
