"""The three codecs of the pony model: picture encoder, video decoder and audio VAE, and how they are trained."""
