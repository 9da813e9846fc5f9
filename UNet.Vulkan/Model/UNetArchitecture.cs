namespace UNet.Vulkan.Model;

/// <summary>Which of the authors' two forms of the U-Net a network has.</summary>
public enum UNetArchitecture
{
    /// <summary>The network of the paper's figure 1 (Ronneberger, Fischer, Brox 2015, arXiv:1505.04597); <c>paper</c>.</summary>
    Paper,

    /// <summary>
    /// The network of the authors' release for Caffe; <c>phseg_v5</c>. It differs in three places: a ReLU follows every
    /// up-convolution; the last up-convolution has 2·width outputs (128) in place of width; and the decoder's input is
    /// [upsampled, skip] in place of [skip, upsampled].
    /// </summary>
    PhsegV5,
}
